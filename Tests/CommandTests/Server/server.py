"""Serves the files of a directory, each in the way that the first part of its path names.

    python3 server.py DIRECTORY LOG

Prints its port. Notes each request, its path and range, in the log. Ends when its input ends.
"""

import http.server
import os
import sys
import threading
import time

ROOT, LOG = sys.argv[1], sys.argv[2]
LOCK = threading.Lock()
SEEN = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        way, name = self.path.lstrip("/").split("/", 1)
        asked = self.headers.get("Range")
        with LOCK:
            is_first = self.path not in SEEN
            SEEN.add(self.path)
            with open(LOG, "a") as log:
                log.write(f"{self.path} {asked or 'all'}\n")
        self.close_connection = True
        if way.isdigit():
            return self.send_error(int(way))
        if way == "redirect":
            self.send_response(302)
            self.send_header("Location", "/plain/" + name)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        try:
            with open(os.path.join(ROOT, name), "rb") as file:
                data = file.read()
        except OSError:
            return self.send_error(404)
        if way == "altered":
            data = data[:-1] + bytes([data[-1] ^ 1])
        start = 0
        if asked and not way.startswith("norange"):
            start = int(asked.removeprefix("bytes=").split("-")[0])
            if start >= len(data):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(data)}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
        body = data[start:]
        length = len(body)
        if way == "longer":
            length += 1000
        if way == "shorter":
            length //= 2
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if way != "unsized":
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if way == "cut" or (way in ("cut-once", "norange-cut-once") and is_first):
            body = body[: len(body) // 2]
        try:
            if way == "slow":
                for offset in range(0, len(body), 20_000):
                    self.wfile.write(body[offset : offset + 20_000])
                    time.sleep(0.1)
            elif way == "stall-once" and is_first:
                self.wfile.write(body[: len(body) // 2])
                self.wfile.flush()
                time.sleep(60)
            else:
                self.wfile.write(body)
        except OSError:
            pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
