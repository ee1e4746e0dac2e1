"""What the end-to-end tests of the gateway share: a backend, an nginx with the module, `yagura gateway`, a client.

Everything listens on ports that the system picks. Sockets are opened here and handed to nginx (environment variable NGINX), so
nothing has to be guessed and nothing has to be waited for but nginx's process id file."""

import base64
import gzip
import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BUILD = pathlib.Path(os.environ.get("YAGURA_BUILD", "build/dev")).resolve()
YAGURA = BUILD / "yagura"
MODULE = BUILD / "lib" / "ngx_http_yagura_module.so"
LIBRARY = BUILD / "lib" / "libyagura_waf.so.1"
# Instrumented builds are slow; a test that is stuck still ends.
PATIENCE = 60

RULES = r"""
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 10000000
SecRequestBodyNoFilesLimit 10000000
SecRequestBodyLimitAction ProcessPartial
SecResponseBodyAccess On
SecResponseBodyMimeType text/html
SecResponseBodyLimit 200000
SecResponseBodyLimitAction ProcessPartial
SecRule ARGS:q "@contains attack" "id:1,phase:1,deny,status:403,log,msg:'an attack',tag:'test'"
SecRule ARGS_POST|FILES_NAMES|FILES "@contains attack" "id:2,phase:2,deny,log,msg:'an attack in the body'"
SecRule REQUEST_HEADERS:X-Odd "@streq odd" "id:3,phase:1,pass,log,msg:'an odd header'"
SecRule ARGS:q "@contains away" "id:4,phase:1,redirect:https://example.org/no,log"
SecRule ARGS:q "@contains silence" "id:5,phase:1,drop,log"
SecRule RESPONSE_BODY "@contains secret" "id:6,phase:4,deny,status:403,log,msg:'a secret leaves'"
SecRule RESPONSE_HEADERS:X-Leak "@rx ." "id:7,phase:3,deny,status:502,log,msg:'a header leaks'"
SecRule REQUEST_HEADERS:X_Under.Score "@streq bad" "id:8,phase:1,deny,log"
SecRule RESPONSE_BODY "@contains elsewhere" "id:9,phase:4,redirect:https://example.org/there,log"
SecRule RESPONSE_BODY "@contains nothing at all" "id:10,phase:4,drop,log"
SecRule REQUEST_COOKIES:id "@contains attack" "id:11,phase:2,deny,log"
"""


class Backend(http.server.ThreadingHTTPServer):
    """Answers 200 to everything; some paths say what the rules look for; POST /reflect answers as told."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), BackendHandler)
        self.seen = []  # (method, path, headers, body)
        self.first_part_read = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return "127.0.0.1:%d" % self.server_port

    def close(self):
        self.shutdown()
        self.server_close()


PAGES = {
    "/page": ("text/html", b"<p>hello</p>"),
    "/secret": ("text/html; charset=utf-8", b"<p>the secret</p>"),
    "/secret.bin": ("application/octet-stream", b"the secret"),
    "/elsewhere": ("text/html", b"<p>elsewhere</p>"),
    "/nothing": ("text/html", b"nothing at all"),
    "/big": ("text/html", b"x" * 5_000_000),
    "/late-secret": ("text/html", b"x" * 400_000 + b"the secret"),
}


class BackendHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def stream(self):
        """Two chunks; the second only when the client has the first."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"6\r\nfirst\n\r\n")
        self.wfile.flush()
        self.server.first_part_read.wait(PATIENCE)
        self.wfile.write(b"7\r\nsecond\n\r\n0\r\n\r\n")

    def handle_any(self):
        body = self.body()
        self.server.seen.append((self.command, self.path, self.headers, body))
        path = self.path.partition("?")[0]
        if path == "/reflect":
            told = json.loads(body)
            content = told.get("body", "").encode()
            if "encodedBody" in told:
                content = base64.b64decode(told["encodedBody"])
            return self.answer(told.get("status", 200), told.get("headers", {}).items(), content)
        if path == "/stream":
            return self.stream()
        if path == "/gzip":
            packed = gzip.compress(b"<p>the secret</p>")
            return self.answer(200, [("Content-Type", "text/html"), ("Content-Encoding", "gzip")], packed)
        if path == "/leak":
            return self.answer(200, [("X-Leak", "1")], b"leak")
        if path == "/send-file":
            return self.answer(200, [("X-Accel-Redirect", "/internal/page")], b"")
        kind, content = PAGES.get(path, ("text/plain", b"ok"))
        return self.answer(200, [("Content-Type", kind)], content)

    do_GET = do_POST = do_HEAD = do_PUT = handle_any


def listening_socket():
    opened = socket.socket()
    opened.bind(("127.0.0.1", 0))
    opened.listen(511)
    opened.setblocking(False)  # as nginx expects of sockets that it is handed
    return opened


def wait_until(condition, what):
    """Polls: what is waited for is another process's file or counter."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError("waited in vain until " + what)


def read_text(path):
    try:
        return pathlib.Path(path).read_text(errors="replace")
    except FileNotFoundError:
        return ""


class Nginx:
    """A plain nginx with the module. In `config`, {port}, {backend} and {folder} are put in."""

    def __init__(self, http_config, backend, ports=1, workers=1):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yagura-nginx-"))
        self.folder.chmod(0o755)
        self.backend = backend
        self.sockets = [listening_socket() for _ in range(ports)]
        self.ports = [opened.getsockname()[1] for opened in self.sockets]
        self.workers = workers
        (self.folder / "rules.conf").write_text(RULES)
        (self.folder / "temporary").mkdir()
        self.write(http_config)
        environment = dict(os.environ, NGINX="".join("%d;" % s.fileno() for s in self.sockets))
        for opened in self.sockets:
            os.set_inheritable(opened.fileno(), True)
        self.process = subprocess.Popen(
            ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", str(self.error_log)],
            env=environment, pass_fds=[s.fileno() for s in self.sockets], stderr=subprocess.PIPE, text=True)
        wait_until(self.is_ready, "nginx serves")

    @property
    def error_log(self):
        return self.folder / "error.log"

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("nginx ended: " + self.process.stderr.read())
        return read_text(self.folder / "nginx.pid").strip() == str(self.process.pid)

    def write(self, http_config):
        for name, value in (("{port}", self.ports[0]), ("{port2}", self.ports[-1]), ("{folder}", self.folder),
                            ("{backend}", self.backend.address if self.backend else "127.0.0.1:1")):
            http_config = http_config.replace(name, str(value))
        if "access_log" not in http_config:
            http_config = "access_log off;\n" + http_config
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = "".join("%s_temp_path %s/temporary;\n" % (kind, self.folder)
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"load_module {MODULE};\ndaemon off;\n{user}\nworker_processes {self.workers};\nworker_shutdown_timeout 5s;\n"
            f"pid {self.folder}/nginx.pid;\nerror_log {self.error_log} info;\nevents {{ worker_connections 1024; }}\n"
            f"http {{\n{temporary}yagura_library {LIBRARY};\n{http_config}\n}}\n")

    def worker_pids(self):
        children = pathlib.Path("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid))
        return [int(pid) for pid in children.read_text().split()]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.stderr.close()
        for opened in self.sockets:
            opened.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_lines(self, part):
        return [line for line in read_text(self.error_log).splitlines() if part in line]


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()


def request(port, method, target, body=None, headers=None, **options):
    """One request on a connection of its own, its target as given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, target, body, headers or {}, **options)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def raw(port, data):
    """Bytes out, bytes in until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(data)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


def has_program(name):
    return shutil.which(name) is not None


def make_certificate(folder):
    """A certificate for localhost and its key, by openssl's program."""
    certificate, key = folder / "tls.crt", folder / "tls.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


class Gateway:
    """`yagura gateway` in front of a backend."""

    def __init__(self, backend, *arguments, rules=None, upstream=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yagura-gateway-"))
        self.folder.chmod(0o755)
        self.rules = self.folder / "rules.conf"
        self.rules.write_text(RULES if rules is None else rules)
        self.state = self.folder / "state"
        command = [str(YAGURA), "gateway", "--upstream", upstream or "http://" + backend.address, "--listen", "127.0.0.1:0",
                   "--metrics", "127.0.0.1:0", "--state-dir", str(self.state)]
        if "--rules" not in arguments:
            command += ["--rules", str(self.rules)]
        self.process = subprocess.Popen(command + [str(argument) for argument in arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if "listening on" not in line:
            self.process.wait(PATIENCE)
            error = self.process.stderr.read()
            self.stop()
            raise RuntimeError(line + error)
        self.port = int(line.split("listening on ")[1].split(",")[0].rsplit(":", 1)[1])
        self.metrics_port = int(line.split("metrics at http://")[1].split("/")[0].rsplit(":", 1)[1])

    def metrics(self):
        samples = {}
        for line in request(self.metrics_port, "GET", "/metrics").body.decode().splitlines():
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                samples[name] = float(value)
        return samples

    def command(self, *arguments):
        return subprocess.run([str(YAGURA), "gateway", *arguments, "--state-dir", str(self.state)], capture_output=True,
                              text=True, timeout=PATIENCE, check=False)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    for needed in (MODULE, LIBRARY):
        if not needed.exists():
            print("skipped: %s is not built" % needed)
            sys.exit(0)
    if not has_program("nginx") and not os.path.exists("/usr/sbin/nginx"):
        print("skipped: nginx is not installed")
        sys.exit(0)
    os.environ["PATH"] += ":/usr/sbin"
    unittest.main()
