"""Answers what botocore makes of config and credentials files.

A question on standard input is two texts, the config file and the credentials
file, each after its length in four bytes, big-endian. The answer is a text of
the same form: "!" and an error where botocore refuses, else one field after the
other, ended by NUL: a kind, a name, the keys and values in their order.
"""

import builtins
import io
import os
import struct
import sys

os.environ["AWS_CONFIG_FILE"] = "/config"
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = "/credentials"

import configparser  # noqa: E402

import botocore.exceptions  # noqa: E402
import botocore.session  # noqa: E402

files = {}


def open_text(path, *args, **kwargs):
    """The files, decoded as open does under a UTF-8 locale."""
    return io.TextIOWrapper(io.BytesIO(files[path]), encoding="utf-8")


def fields(kind, sections):
    for name, values in sections.items():
        yield kind
        yield name
        for key, value in values.items():
            yield key
            if isinstance(value, dict):
                yield "{"
                for sub in value.items():
                    yield from sub
                yield "}"
            else:
                yield value


def answer(session):
    session._config = None
    try:
        config = session.full_config
    except botocore.exceptions.ConfigParseError as e:
        return "!" + str(e).replace("\n", " ")
    out = list(fields("profile", config["profiles"]))
    out += fields("sso-session", config.get("sso_sessions", {}))
    out += fields("services", config.get("services", {}))
    return "".join(field + "\0" for field in out)


def read_text(stdin):
    (length,) = struct.unpack(">I", stdin.read(4))
    return stdin.read(length)


def main():
    session = botocore.session.Session()
    session.get_config_variable("config_file")
    os.path.isfile = lambda path: True
    configparser.open = open_text
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    while stdin.peek(1):
        files["/config"] = read_text(stdin)
        files["/credentials"] = read_text(stdin)
        text = answer(session).encode("utf-8")
        stdout.write(struct.pack(">I", len(text)) + text)
    stdout.flush()


main()
