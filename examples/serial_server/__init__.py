"""SerialPort for Java: a server that lends its serial ports over TCP, and a client for it."""
