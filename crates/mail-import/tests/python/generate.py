"""Letters of many kinds, and what Python's `email` reads in each: a JSON list on the standard output.

Each letter is made of parts that mail libraries' own tests are about: character sets and encodings, names, dates, the
structure of multiparts, file names, and what is broken in practice.
"""

import base64
import email
import email.policy
import json
import quopri
import re

LETTERS = []

# A word in each character set that Python can write.
WORDS = {
    "utf-8": "Grüße 日本 Привет", "us-ascii": "Hello", "iso-8859-1": "Café Müller", "iso-8859-2": "Łódź Škoda",
    "iso-8859-3": "Ĥaĝo", "iso-8859-4": "Ķīmija", "iso-8859-5": "Привет", "iso-8859-6": "مرحبا", "iso-8859-7": "Γειά σου",
    "iso-8859-8": "שלום", "iso-8859-9": "İğüş", "iso-8859-10": "Þórður", "iso-8859-13": "Žąsis", "iso-8859-14": "Ŵyn",
    "iso-8859-15": "5 € Œuvre", "iso-8859-16": "Țară", "windows-1250": "Łódź „ok“", "windows-1251": "Привет мир",
    "windows-1252": "Café – “ok”", "windows-1253": "Γειά σου", "windows-1254": "İğüş", "windows-1255": "שלום",
    "windows-1256": "مرحبا", "windows-1257": "Žąsis", "windows-1258": "Tiêng Viêt", "koi8-r": "Привет мир",
    "koi8-u": "Привіт їжак", "cp866": "Привет", "cp850": "Café", "cp437": "Café", "macintosh": "Café",
    "shift_jis": "日本語の件", "euc-jp": "日本語の件", "iso-2022-jp": "日本語の件", "gb2312": "中文信件", "gbk": "中文信件",
    "gb18030": "中文信件", "big5": "中文信件", "hz": "中文信件", "euc-kr": "한글 편지", "iso-2022-kr": "한글 편지",
    "tis-620": "ภาษาไทย", "utf-7": "Grüße", "utf-16le": "Grüße",
}
PYTHON = {"tis-620": "iso8859-11"}


def add(kind, raw):
    raw = raw if isinstance(raw, bytes) else raw.encode()
    LETTERS.append((kind, raw))


def head(**fields):
    base = {"From": "Ann <ann@x.test>", "Date": "Tue, 3 Mar 2026 10:00:00 +0100", "Subject": "s", "MIME-Version": "1.0"}
    base.update({name.replace("_", "-"): value for name, value in fields.items()})
    return "".join(f"{name}: {value}\n" for name, value in base.items() if value is not None)


def encoded(data, encoding):
    return {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, lambda it: it)(data)


def charsets():
    for name, word in WORDS.items():
        data = word.encode(PYTHON.get(name, name))
        for encoding in ("8bit", "base64", "quoted-printable"):
            if name == "utf-16le" and encoding == "8bit":
                continue
            fields = head(Content_Type=f"text/plain; charset={name}", Content_Transfer_Encoding=encoding)
            add("charset", fields.encode() + b"\n" + encoded(data + ("\n".encode("utf-16le") if name == "utf-16le" else b"\n"), encoding))
        b = f"=?{name}?B?{base64.b64encode(data).decode()}?="
        q = f"=?{name}?Q?{''.join(f'={byte:02X}' for byte in data)}?="
        for word in (b, q):
            add("word", head(From=f"{word} <ann@x.test>", Subject=word) + "\nhi\n")


def dates():
    zones = ["+0000", "-0000", "+0100", "-0330", "+0545", "+1400", "GMT", "UT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"]
    for zone in zones:
        add("date", head(Date=f"Tue, 3 Mar 2026 10:00:00 {zone}") + "\nhi\n")
        add("date", head(Date=f"3 Mar 2026 10:00 {zone}") + "\nhi\n")
    for n, month in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()):
        add("date", head(Date=f"{n + 1} {month} 2020 23:59:59 +0200 (comment)") + "\nhi\n")
        add("date", head(Date=f"{n + 1:02} {month} 99 00:00:00 -0800") + "\nhi\n")
    for date in ["Tue Mar  3 10:00:00 2026", "2026-03-03 10:00:00", "Tue, 03 Mar 2026 10:00:00", "3-Mar-2026 10:00:00 +0000",
                 "Tue, 3 March 2026 10:00:00 +0000", "Tue, 3 Mar 2026 10.00.00 +0000", "Tue, 3 Mar 26 10:00:00 +0000"]:
        add("date-form", head(Date=date) + "\nhi\n")
    for date in ["3 out 2021 10:00:00 +0000", "3 Mai 2021 10:00:00 +0000", "3 Okt 2021 10:00:00 +0000", "3 juin 2021 10:00:00 +0000"]:
        add("date-language", head(Date=date) + "\nhi\n")


def names():
    for sender in ["Ann Lee <ann@x.test>", '"Lee, Ann" <ann@x.test>', "<ann@x.test>", "ann@x.test", "ann@x.test (Ann Lee)",
                   '"Ann \\"A\\" Lee" <ann@x.test>', "Ann  Lee <ann@x.test>", "Ann\n Lee <ann@x.test>", "Ann Lee <ann@x.test>, Bob <b@x.test>",
                   '"Ann Lee" <ann+tag@x.test>', "Ann.Lee <ann@x.test>", "Ann O'Lee <ann@x.test>", "=?utf-8?q?Ann_L=C3=A9e?= <ann@x.test>",
                   "=?utf-8?q?Ann?= Lee <ann@x.test>", "=?utf-8?q?Ann?= =?utf-8?q?_Lee?= <ann@x.test>", "Ann <ann@[10.0.0.1]>",
                   '"=?utf-8?q?Ann_L=C3=A9e?=" <ann@x.test>', "Ann (the) Lee <ann@x.test>"]:
        add("name", head(From=sender) + "\nhi\n")
    for sender in ["Lee, Ann <ann@x.test>", "Ann <mailto:ann@x.test>", "some name, ann lee ann@x.test", "Ann Lee ann@x.test",
                   "Ann <ann@x.test\u200b>", "=?UTF-8?Q?Jos=C3?= =?UTF-8?Q?=A9?= <ann@x.test>", "Ann <ann@x.test"]:
        add("name-broken", head(From=sender) + "\nhi\n")


def part(kind, text, *fields):
    lines = [f"Content-Type: {kind}", *fields]
    return "\n".join(lines) + f"\n\n{text}\n"


def multipart(subtype, boundary, *parts):
    return f"Content-Type: multipart/{subtype}; boundary={boundary}\n\n" + "".join(f"--{boundary}\n{one}" for one in parts) + f"--{boundary}--\n"


def structures():
    plain, html = part("text/plain", "Plain words"), part("text/html", "<p>Marked words</p>")
    pdf = part("application/pdf", "AAAA", "Content-Disposition: attachment; filename=a.pdf", "Content-Transfer-Encoding: base64")
    image = part("image/png", "AAAA", "Content-ID: <1>", "Content-Transfer-Encoding: base64", "Content-Disposition: inline")
    note = part("text/plain", "A note in a file", "Content-Disposition: attachment; filename=note.txt")
    bodies = {
        "alternative": multipart("alternative", "aa", plain, html), "reversed": multipart("alternative", "aa", html, plain),
        "html": html, "plain": plain, "related": multipart("related", "rr", html, image),
        "alternative-related": multipart("alternative", "aa", plain, multipart("related", "rr", html, image)),
        "related-alternative": multipart("related", "rr", multipart("alternative", "aa", plain, html), image),
    }
    for name, body in bodies.items():
        add("structure", head() + body)
        for extra in (pdf, image, note):
            add("structure", head() + multipart("mixed", "mm", body, extra))
            add("structure", head() + multipart("mixed", "mm", multipart("mixed", "nn", body), extra))
        add("structure", head() + multipart("signed", "ss", body, part("application/pgp-signature", "x")))
    for subtype in ("report", "unknown", "parallel"):
        add("structure", head() + multipart(subtype, "mm", plain, pdf))
    add("alternative-empty", head() + multipart("alternative", "aa", part("text/plain", "  \n"), html))
    add("alternative-empty", head() + multipart("mixed", "mm", multipart("alternative", "aa", part("text/plain", ""), html), pdf))


def file_names():
    for name in ["filename=a.txt", 'filename="a b.txt"', "filename*=utf-8''Caf%C3%A9.txt", "filename*=iso-8859-1'fr'Caf%E9.txt",
                 "filename*0=a; filename*1=b.txt", "filename*0*=utf-8''Caf; filename*1*=%C3%A9.txt", 'filename="=?utf-8?q?Caf=C3=A9.txt?="',
                 'filename="a;b.txt"', 'filename="a\\"b.txt"', "filename=a.txt; size=3", 'filename="日本.txt"']:
        add("file-name", head() + multipart("mixed", "mm", part("text/plain", "words"), part("application/octet-stream", "x", f"Content-Disposition: attachment; {name}")))


def broken():
    for raw in [
        head(Content_Type='multipart/mixed boundary="bb"') + "\n--bb\n\nwords\n--bb--\n",
        head(Content_Type="multipart/mixed; boundary=bb") + "\n--bb\n\nwords\n",
        head(Content_Type="multipart/mixed; boundary=bb") + "\nwords\n",
        head(Content_Type="text") + "\nwords\n", head(Content_Type="words") + "\nwords\n", head(Content_Type="") + "\nwords\n",
        head() + "words without an empty line\n", head() + " \nwords\n",
        head(Content_Transfer_Encoding='"base64"') + "\nd29yZHM=\n", head(Content_Transfer_Encoding="base64 (x)") + "\nd29yZHM=\n",
        head(Content_Transfer_Encoding="base64") + "\nd29yZHM=\n\n___\nfooter\n", head(Content_Transfer_Encoding="base64") + "\nd29yZHM\n",
        head(Content_Transfer_Encoding="base64") + "\nnot base64 at all!\n", head(Content_Transfer_Encoding="quoted-printable") + "\n100=% =XY words\n",
        head(Content_Type="text/plain; charset=us-ascii", Content_Transfer_Encoding="8bit").encode() + "\ncafé\n".encode(),
        head(Content_Type="text/plain; charset=x-none", Content_Transfer_Encoding="8bit").encode() + "\ncafé\n".encode(),
        head(Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding="8bit").encode() + b"\nD\xe9j\xe0 vu\n",
        head(Content_Type=None).encode() + "\ncafé\n".encode(), head().encode() + b"\nD\xe9j\xe0 vu\n",
        head().encode() + b"\n\x1b$BCmJ8$N7o\x1b(B\n", head(Subject="café").encode() + b"\nwords\n",
        head().replace("Subject: s", "Subject: D\xe9j\xe0").encode("latin-1") + b"\nwords\n",
    ]:
        add("broken", raw)


def flowed():
    for text, delsp in [("one \ntwo\n", "no"), ("> one \n> two\nthree\n", "no"), ("日本 \n語\n", "yes")]:
        add("flowed", head(Content_Type=f"text/plain; charset=utf-8; format=flowed; delsp={delsp}", Content_Transfer_Encoding="8bit") + "\n" + text)


def clean(value):
    """JSON has no lone surrogates, which Python puts in the place of bytes that it can't decode."""
    if isinstance(value, list):
        return [clean(one) for one in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def attempt(read):
    try:
        return clean(read())
    except Exception as error:  # What Python refuses is a reading too.
        return f"refused: {type(error).__name__}"


def text_of(message):
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    content = body.get_content()
    return re.sub(r"<[^>]*>", "", content) if body.get_content_subtype() == "html" else content


def reading(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    sender = lambda: message["from"].addresses[0]
    return {
        "date": attempt(lambda: int(message["date"].datetime.timestamp())),
        "name": attempt(lambda: sender().display_name),
        "address": attempt(lambda: sender().addr_spec),
        "subject": attempt(lambda: str(message["subject"])),
        "text": attempt(lambda: text_of(message)),
        "files": attempt(lambda: [part.get_filename() for part in message.walk() if part.get_filename()]),
    }


for make in (charsets, dates, names, structures, file_names, broken, flowed):
    make()
print(json.dumps([{"kind": kind, "raw": base64.b64encode(raw).decode(), "python": reading(raw)} for kind, raw in LETTERS]))
