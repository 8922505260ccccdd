"""Writes a config file in place, as the AWS CLI's `configure set` does, with
the pauses that a busy machine puts between its steps, until it is killed.

write_config.py FILE
"""
import sys
import time

with open(sys.argv[1], newline="") as f:
    text = f.read()
print("started", flush=True)
while True:
    with open(sys.argv[1], "w", newline="") as f:
        time.sleep(0.002)
        f.write(text[:len(text) // 2])
        f.flush()
        time.sleep(0.002)
        f.write(text[len(text) // 2:])
    time.sleep(0.05)
