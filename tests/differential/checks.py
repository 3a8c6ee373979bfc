"""Descriptions of checks and lengths wherever they may stand."""

DESCRIPTIONS = {
    "lengths that are turned round": """
        event flagged { n : u8 = len(d) | 0x80; d : bytes max 127; z : u8 }
        event moved { n : u16 = len(d) << 4 | 3; d : bytes; z : u8 }
        event short { n : u8 = len(d) % 16 ^ 0x70; d : bytes max 15; z : u8 }
        event beside { k : u8; n : u16 = len(d) * 2 - k; m : u8 = len(d) ^ 0xFF; d : bytes; z : u8 }
    """,
    "lengths that enclose what may be absent": """
        event tail { size : u8 = len(a..fcs); a : u8
            optional { data : bytes; fcs : u16 = crc("CRC-16/X-25", a..data) } }
        event ways { k : u8 range 0..1; n : dec[3] = len(k..y); if k == 1 { d : bytes }
            else { q : [text sep ","] }; y : u8; z : u8 }
        event whole { _ : u8 { v @7..5, n @4..0 = len(..t) }; o : u8?; t : u8?; c : u8 = sum(..) }
        event rows { repeat xs until LF { m : u8 = len(a..z); a : u8 range 1..9
            n : u8 = len(b..c); b : u16?; c : u16?; d : u8?; z : u8 }; LF }
    """,
    "in bits: a nibble, some bits of a word, pieces, in front and behind": """
        event nibble { a : u8; b : u16; _ : u8 { seq @7..4, check @3..0 = sum(a..b) } }
        event front { _ : u8 { seq @7..4, check @3..0 = sum(a..b) }; a : u8; b : bytes[2] }
        event seven { a : u8; _ : u8 { _ @7 = 1, check @6..0 = crc("CRC-7/MMC", ..) } }
        event pieces { _ : u8 { s @7..4, c[3..0] @3..0 = sum(a) }; a : u16; _ : u8 { c[7..4] @3..0 }
            all : u8 = sum(..); copy : u8 = c }
        event word { _ : u16le { c @15..12 = sum(d), n @11..0 = len(d) }; d : bytes }
        event two { all : u8 = xor(a..low); a : u16; _ : u8 { high @7..4 = sum(a), low @3..0 = a } }
        event kinds { a : u16; _ : u8 { c @7..0 bcd = sum(a) % 100 }
            _ : u8 { d @5..0 signed = -sum(a), e @7 as bool = crc(width=1, poly=1, data=a) } }
    """,
    "beside fields of any size, in what is there sometimes": """
        message hdlc { 0x7E; size : u16 = len(size..data); to : u8; data : body max 40; 0x7E }
        event info in hdlc { kind : u8
            optional { "i"; info : bytes; fcs : u16le = crc("CRC-16/X-25", kind..info) } }
        event either { n : u8 = len(kind..z); kind : u8
            either { "#"; data : text; ";"; fcs : u8 = sum(..) }
            or { "@"; other : text; ","; one : u16 = sum(kind..); two : u8 = one } ; z : u8 }
        event inner { n : u8 = len(k..); k : u8 range 0..2; if k == 1 { d : text; ";"
            optional { "!"; g : text; ";"; h : u8 = sum(k..g) + k }; fcs : u16 = sum(k..) }
            else { first : u8 = sum(q..r); q : u16; r : u8 }; y : u8; all : u8 = sum(..) }
    """.replace("len(k..)", "len(k..y)"),
    "in bits of what is there sometimes": """
        event bits { n : u8 = len(k..y); k : u8; optional { "#"
            _ : u8 { s @7..4, c @3..0 = sum(d) + s }; d : text; ";"
            count : u8 = count(xs); xs : [u8] count count; x : u8 = sum(xs) * count }; y : u8 }
        event late { k : u8; optional { "#"; fcs : u8 = sum(d..m); d : text; ";"; m : u8 }
            y : u8; all : u8 = xor(y..); z : u8; last : u16 = sum(y..) }
    """,
    "of any number of digits, in front of what they cover": """
        event dec { "A"; check : dec = sum(text..tail); ","; text : text; ";"; tail : u8
            all : u8 = sum(..) }
        event hex { size : u8 = len(check..text); check : hex = sum(text); ","; text : text latin1 }
        event some { "B"; n : u8 = len(k..z); k : u8; optional { "#"; a : dec = sum(d) + k; ","
            d : text; ";" }; z : u8 range 0..9 }
    """,
    "between what is coded and what stands around it": """
        event inside { hc : u8 = sum(h..t); h : u8; t : text; ","; STX
            coded hex { copy : u8 = hc; data : bytes }; ETX }
        event counted { h : u8; hc : u8 = sum(h); n : u16 = len(copy..data)
            coded slip { copy : u8 = hc; if hc > 100 { b : u8 } else { c : u16 }; data : bytes }
            z : u8 }
        event behind { STX; coded hex { data : bytes; copy : u8 = total }; ETX; b : u8
            total : u8 = sum(b) }
    """,
    "lengths of plain bytes, outside of what is coded": """
        event stuffed { STX; n : u8 = len(plain(..)); coded double(DLE) { a : u8; data : bytes }
            DLE ETX }
        event told { 0x7D; n : u8 = len(plain(..)); w : u8 = len(a..data)
            coded escape(0x7D, xor=0x20, of=0x7E) { a : u8; data : bytes }; z : u8 }
        event both { n : dec[3] = len(plain(data)) + 2; SOH
            coded hex { a : u8; data : bytes; copy : u8 = n }; ETX; m : u8 = len(plain(..)) }
    """,
    "conditions over a length that measures what they are about": """
        event longer { size : u8 = len(size..tail); data : u16; if size > 5 { more : u16 }
            tail : u8; c : u8 = sum(..) }
        event versions { size : u8 = len(..z); a : u8; if size > 3 { b : u16; if size > 6 { c : u32
            optional { "#"; q : text; ";"; h : u8 = sum(b..q) } } }; z : u8 }
        event ways { n : dec = len(b..z); ","; b : u8; match n { 2 => {}; 3 => x : u8; 4 => y : u16
            _ => rest : bytes }; z : u8 }
    """,
}
