"""The milter protocol as octets, for both ends: frames, commands, flags (Sendmail's mfdef.h says what they are)."""
import struct

# What a filter may do.
ADDHDRS, CHGBODY, ADDRCPT, DELRCPT, CHGHDRS, QUARANTINE = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
CHGFROM, ADDRCPT_PAR, SETSYMLIST = 0x40, 0x80, 0x100

# Which events are not sent, which are not answered (NR), and how.
NOCONNECT, NOHELO, NOMAIL, NORCPT, NOBODY, NOHDRS, NOEOH, NR_HDR = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80
NOUNKNOWN, NODATA, SKIP, RCPT_REJ = 0x100, 0x200, 0x400, 0x800
NR_CONN, NR_HELO, NR_MAIL, NR_RCPT, NR_DATA, NR_UNKN, NR_EOH, NR_BODY = (0x1000 << i for i in range(8))
HDR_LEADSPC = 0x100000

MAX_FRAME = 1 << 20
MAX_CHUNK = 65535


def frame(command, data=b""):
    """One frame: the length counts the command and the data."""
    return struct.pack(">I", len(data) + 1) + command.encode() + data


def negotiation(version, actions, protocol):
    return frame("O", struct.pack(">III", version, actions, protocol))


def zero_ended(*texts):
    return b"".join((text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")) + b"\0" for text in texts)


def strings(data):
    """The NUL-terminated strings of a frame."""
    return [part.decode("utf-8", "surrogateescape") for part in data.split(b"\0")[:-1]]


def receive(sock, count):
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise ConnectionError("the other end hung up")
        data += piece
    return data


def read_frame(sock):
    """(command, data)"""
    length = struct.unpack(">I", receive(sock, 4))[0]
    if not 1 <= length <= MAX_FRAME:
        raise ConnectionError(f"a frame of {length} octets")
    octets = receive(sock, length)
    return chr(octets[0]), octets[1:]
