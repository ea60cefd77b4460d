"""Reads links as a mail program made of Python's standard library would: JSON on the input, JSON on the output."""

import json
import sys
from email import message_from_string, policy
from email.errors import NonASCIILocalPartDefect
from urllib.parse import parse_qs, unquote, urlsplit


def read(href, separator):
    link = urlsplit(href)
    # A parser for forms takes a plus for a space, one for mail does not: the link must mean the same to both.
    fields = {name: value for name, [value] in parse_qs(link.query, strict_parsing=True).items()}
    pairs = (field.split("=", 1) for field in link.query.split("&"))
    assert fields == {name: unquote(value, errors="strict") for name, value in pairs}, href
    assert (link.scheme, link.path, link.fragment) == ("mailto", "", ""), href
    assert fields.keys() <= {"bcc", "subject", "body"}, href
    head = f"Bcc: {fields['bcc'].replace(separator, ', ')}\r\nSubject: {fields.get('subject', '')}\r\n"
    message = message_from_string(f"{head}\r\n{fields.get('body', '')}", policy=policy.SMTPUTF8)
    # Whatever could break out of its field would be another header here.
    assert message.keys() == ["Bcc", "Subject"] and not message.defects, message.items()
    # RFC 6531 allows what RFC 5322 did not.
    defects = [defect for defect in message["Bcc"].defects if not isinstance(defect, NonASCIILocalPartDefect)]
    assert not defects, defects
    bcc = [address.addr_spec for address in message["Bcc"].addresses]
    return {"to": [], "bcc": bcc, "subject": str(message["Subject"]), "body": message.get_payload()}


asked = json.load(sys.stdin)
json.dump([read(href, asked["separator"]) for href in asked["links"]], sys.stdout)
