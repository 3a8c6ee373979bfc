"""Descriptions of what is coded on the wire, each after a kind of protocol there is."""

DESCRIPTIONS = {
    "S101: marks, escapes, a check inside": """
        message s101 {
            0xFE
            coded escape(0xFD, xor=0x20, of=0xF8..0xFF) {
                slot : u8 default 0; 0x0E; data : body max 64
                check : u16le = crc("CRC-16/X-25", ..)
            }
            0xFF
        }
        event alive in s101 { x"01 01" }
        event tree in s101 { x"00"; flags : u8 { first @7, last @6 }; payload : bytes }
        event other in s101
    """,
    "Modbus ASCII: digits of everything, two's complement": """
        message ascii { ":"; coded hex { unit : u8; pdu : body max 253; lrc : u8 = -sum(..) }
            CRLF }
        event reading in ascii { 0x03; size : u8 = len(values); values : [u16] }
        event refused in ascii { _ : u8 { _ @7 = 1, function @6..0 }; code : u8 range 1..11 }
    """,
    "SLIP": """
        message frame { coded slip { kind : u8; data : body; check : u8 = xor(..) } }
        event level in frame(kind=1) { level : u16 scale 0.1 range 0..100 }
        event note in frame(kind=2) { note : text }
    """,
    "SLIP with its mark in front as well": """
        message frame { 0xC0; coded slip { kind : u8; data : body } }
        event note in frame(kind=0xC0) { note : bytes }
    """,
    "COBS with a CRC": """
        message frame { coded cobs { kind : u8; data : body
            check : u32 = crc("CRC-32/ISO-HDLC", ..) } }
        event level in frame(kind=0) { levels : [i16le] }
        event note in frame(kind=2) { size : u8 = len(note); note : text; more : u8 }
    """,
    "COBS whose zero is written out": """
        event note { coded cobs { kind : u8; note : bytes }; x"00" }
    """,
    "DLE STX … DLE ETX, everything implied": """
        event note { coded dle { kind : u8; note : bytes; check : u8 = sum(..) } }
    """,
    "DLE STX … DLE ETX and a check of what is on the wire": """
        event note { DLE STX; coded dle { kind : u8; note : bytes }; DLE ETX
            check : u16 = crc("CRC-16/ARC", ..) }
    """,
    "TSIP: a mark, a number, doubled marks": """
        event time { DLE; 0x41; coded dle { seconds : f32; week : i16 }; DLE ETX }
        event other { DLE; id : u8 range 0x50..0x5F; coded dle { data : bytes }; DLE ETX }
    """,
    "Quotes that are doubled": """
        event said { "SAY "; '"'; coded double('"') { words : text }; '"' CRLF }
    """,
    "Control characters behind an escape as they are": """
        event block { STX; coded escape(ESC, of=x"02 03 1B") { data : bytes }; ETX
            check : hex[2] = sum(..) }
    """,
    "A table of its own": """
        event block { 0x7E
            coded escape(0x7D, 0x7E -> 0x02, 0x7D -> 0x01, 0x11 -> 0x33) { n : u8
                data : bytes }; 0x7E }
    """,
    "DL/T 645: 33 added, a length in front": """
        event answer { 0x68; size : u8 = len(id..data); coded add(0x33) { id : u16le
            data : bytes }; check : u8 = sum(..); 0x16 }
    """,
    "A key in front of a length": """
        event answer { key : u8; size : u8 = len(n..text); coded xor(x"5A A5") { n : u8
            text : text }; LF }
    """,
    "Zeros that are left out, as MAVLink has it": """
        message packet {
            0xFD
            size : u8 = len(payload)
            id : u8
            coded truncate(keep=1) { payload : body }
            check : u16le = crc("CRC-16/MCRF4XX", size.., x"32")
        }
        event beat in packet(id=0) { mode : u32le; kind : u8; state : u8 }
        event raw in packet
    """,
    "Base64 up to the end of the line": """
        event blob { "B64 "; coded base64 { kind : u8; data : bytes }; LF }
    """,
    "One coding in another": """
        event both { STX; coded double(ETX), hex, add(1) { a : u8; b : text }; ETX LF }
        event deep { SOH; coded hex { a : u8; coded xor(0x20) { b : u16; c : u8 = sum(b) }
            d : u8 }; LF }
    """,
    "What is coded tells what follows it": """
        event told { STX; coded hex { size : u8; wide : u8 }; data : bytes[size]
            if wide == 1 { more : u16 }; ETX }
    """,
    "Coded only sometimes, and in a list": """
        event inside { ">"; kind : u8 range 0..1; if kind == 1 { coded slip { n : u16; d : bytes } }
            optional { "#"; coded cobs { m : u8 } }; ETX }
        event some { STX; kind : u8; if kind == 1 { coded hex { n : u16 }; "," }
            optional { "#"; coded hex { m : u8 }; "." }; ETX }
        event list { "L"; repeat rows until LF { coded hex { a : u8; b : u8 }; "," } ; LF }
    """,
    "One payload in three wrappers": """
        link field : serial 19200 8E1 { wrap rtu; idle 3.5char }
        link digits : serial 9600 7E1 { wrap ascii; end CRLF }
        link net : tcp client :502 { wrap tcp }
        link plain : tcp server :503 { end LF }
        message rtu { unit : u8; pdu : body max 253; check : u16le = crc("CRC-16/MODBUS", ..) }
        message ascii { ":"; coded hex { unit : u8; pdu : body max 99; check : u8 = -sum(..) } }
        message tcp {
            number : u16 default counter(); size : u16 = len(unit..pdu); unit : u8; pdu : body
        }
        command read { 0x03; first : u16; count : u16 }
        command put { 0x04; size : u8 = len(values); values : [u16]; note : text }
        event kind { 0x05; kind : u8; if kind == 1 { a : u16 } else { b : u8 } }
        event some on field, net { 0x06; data : bytes }
    """,
    "Either of two frames, the first written": """
        message new { 0x02; unit : u8; code : u8; data : body; 0x0D; check : u8 = sum(..) }
        message old { ":"; coded hex { code : u8; data : body }; LF }
        message odd { 0x03; kind : u8; size : u8 = len(data); data : body }
        event level in new(code=1) | old(code=1) { level : u16; gain : i8 }
        event note in odd | old(code=7) { note : bytes max 5 }
        event raw in new(code=9) | odd
    """,
    "Stuffed without a mark at the end: the length tells, or nothing varies": """
        event told { 0x7E; coded double(0x7E) { kind : u8; size : u8 = len(data); data : bytes
            check : u8 = sum(..) } }
        event same { 0x7D; coded escape(0x7D, xor=0x20, of=0x7E) { a : u16; b : u16
            check : u8 = xor(..) }; more : u8 }
        event listed { "L"; coded hex { n : u8 = count(xs); repeat xs count n { a : u8
            name : text[2] } }; rest : u8 }
        event moved { "M"; coded add(1) { name : text; ","; size : u8 = len(data)
            data : bytes }; ";" }
    """,
    "DF1: a check of plain bytes, outside of what is coded": """
        message frame {
            DLE STX
            coded dle { target : u8; source : u8; data : body }
            DLE ETX
            check : u8 = -sum(plain(target..data))
        }
        command read in frame { 0x0F; number : u16le; more : bytes }
        event both {
            STX
            coded hex { a : u8; b : text }
            ETX
            check : u16 = crc("CRC-16/ARC", plain(b), plain(..), ..)
        }
        event early {
            "E"; coded add(3) { n : u8; m : u16 }; check : u8 = xor(add(plain(m), 1)); LF
        }
    """,
    "Fillers": """
        event late { skip 0xFE send 4; 0x68; n : u8; skip 0x2F max 3 send 1
            check : u8 = sum(..); 0x16 }
        event pads { "P"; size : u8 = len(rest); rest : bytes; skip x"0D 0A" send 1; "!" }
        event tail { "T"; n : u8; optional { skip "-" send 2; "+"; m : u8 }; LF }
    """,
    "A binary check behind text, and one in text behind the end": """
        event line { "$"; coded escape("\\\\", xor=0, of=x"0A") { words : text }; LF
            check : u16 = crc("CRC-16/XMODEM", ..) }
        event shown { "("; coded hex { a : u16le; b : u16 }; ")"; check : hex[2] = sum(..); CR }
    """,
}
