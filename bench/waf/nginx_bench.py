#!/usr/bin/env python3
"""Requests a second through nginx with one worker: without a WAF, with Yagura's module, and with ModSecurity's (where
libnginx-mod-http-modsecurity is installed), the same rules and requests. Needs wrk. A line of JSON a figure, as the other benchmarks.

  nginx_bench.py [--build build/release] [--rules FOLDER] [--seconds 5] [--rounds 3] [--ways static proxied]

Two ways: a static file, nginx's best case, and proxied (kept connections to a second, plain nginx), as a gateway is used.
The kinds of server take turns, so that a change of the machine meets all alike; the best round of each counts. The worker that is
measured has a processor to itself; wrk and the second nginx share another one."""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
MODSECURITY = pathlib.Path("/usr/lib/nginx/modules/ngx_http_modsecurity_module.so")
NDK = pathlib.Path("/usr/lib/nginx/modules/ndk_http_module.so")
PROCESSORS = os.sched_getaffinity(0)


def read_request(path):
    """Method, target, headers and body of a raw request in a file."""
    head, _, body = path.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")
    first, *lines = head.decode().split("\n")
    method, target, _ = first.split(" ")
    headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines if line]
    return method, target, [(name, value) for name, value in headers if name.lower() != "content-length"], body


def lua_of(request):
    """wrk's script for a request. JSON's strings, in ASCII, are Lua's but for \\u: there are none."""
    method, target, headers, body = request
    script = "wrk.method = %s\nwrk.path = %s\n" % (json.dumps(method), json.dumps(target))
    for name, value in headers:
        script += "wrk.headers[%s] = %s\n" % (json.dumps(name), json.dumps(value))
    if body:
        script += 'wrk.body = "%s"\n' % "".join("\\%03d" % byte for byte in body)
    return script + "request = nil\nlocal made\nfunction request() made = made or wrk.format() return made end\n"


def pin(pid, place):
    """The server to the first processor that we may use, everything else to the second; nothing where there is only one."""
    processors = sorted(PROCESSORS)
    if len(processors) > 1:
        os.sched_setaffinity(pid, {processors[place]})


# What a kind of server's nginx.conf says besides what all say.
Kind = collections.namedtuple("Kind", "load waf")
PLAIN = Kind("", "")


class Server:
    """An nginx with one worker, which serves a file, or what the nginx at `upstream` (a port) answers."""

    def __init__(self, name, kind, target, upstream=None, place=0):
        self.name = name
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yagura-bench-"))
        self.folder.chmod(0o755)
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(511)
        listening.setblocking(False)
        os.set_inheritable(listening.fileno(), True)
        self.port = listening.getsockname()[1]
        page = self.folder / "root" / target.partition("?")[0].lstrip("/")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("ok\n")
        (self.folder / "temporary").mkdir()
        self.write_config(kind, upstream)
        self.process = subprocess.Popen(["nginx", "-p", self.folder, "-c", "nginx.conf", "-e", "error.log"],
                                        env=dict(os.environ, NGINX="%d;" % listening.fileno()), pass_fds=[listening.fileno()])
        listening.close()
        while not (self.folder / "nginx.pid").exists() or not self.worker():
            if self.process.poll() is not None:
                raise SystemExit("nginx (%s) did not start" % name)
            time.sleep(0.01)
        pin(self.worker(), place)
        self.best = 0.0
        self.statuses = ""

    def write_config(self, kind, upstream):
        temporary = "".join("%s_temp_path temporary;" % what for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        content = "error_page 405 =200 $uri; root root;"
        origin = ""
        if upstream is not None:
            origin = "upstream origin { server 127.0.0.1:%d; keepalive 32; keepalive_requests 1000000; }" % upstream
            content = 'location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }'
        (self.folder / "nginx.conf").write_text(
            "%s daemon off; %s worker_processes 1; pid nginx.pid; error_log error.log error; events {} http { access_log off; %s"
            "client_body_buffer_size 128k; default_type text/plain; keepalive_requests 1000000; %s %s"
            "server { listen 127.0.0.1:%d; %s } }" % (kind.load, user, temporary, origin, kind.waf, self.port, content))

    def worker(self):
        children = pathlib.Path("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)).read_text().split()
        return int(children[0]) if children else 0

    def run(self, script, seconds):
        done = subprocess.run(["wrk", "-t1", "-c16", "-d%ds" % seconds, "-s", script, "http://127.0.0.1:%d" % self.port],
                              capture_output=True, text=True, check=True, preexec_fn=lambda: pin(0, 1))
        self.best = max(self.best, float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)))
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
        self.statuses = "refused" if refused else "passed"

    def worker_kib(self):
        text = pathlib.Path("/proc/%d/status" % self.worker()).read_text()
        # Its own memory: pages of files (databases of patterns) are shared by all workers.
        return int(re.search(r"RssAnon:\s+(\d+)", text).group(1))

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def kinds_of(options, setup):
    module, library = options.build / "lib/ngx_http_yagura_module.so", options.build / "lib/libyagura_waf.so.1"
    yagura = ("yagura_library %s; yagura_cache %s; yagura_rules %s; yagura on; yagura_time_budget 0;"
              % (library.resolve(), options.cache, options.rules.resolve()))
    kinds = {"plain": PLAIN, "yagura": Kind("load_module %s;" % module.resolve(), yagura)}
    if MODSECURITY.exists():
        load = ("load_module %s;" % NDK if NDK.exists() else "") + "load_module %s;" % MODSECURITY
        kinds["modsecurity"] = Kind(load, "modsecurity on; modsecurity_rules_file %s;" % setup)
    return kinds


def modsecurity_setup(folder, rules):
    """The same engine directives and rules as waf/load makes of the folder."""
    base = (HERE / "../../src/waf/load/base_directives.cpp").read_text()
    directives = base.split('R"(')[1].split(')"')[0].replace("SecArgumentsLimit 1000", "").replace("SecCookieFormat 0", "")
    directives = directives.replace("SecAuditEngine Off", "SecAuditEngine Off\nSecDebugLogLevel 0")
    setup = next((rules / name for name in ("crs-setup.conf", "crs-setup.conf.example") if (rules / name).exists()),
                 pathlib.Path("/etc/modsecurity/crs/crs-setup.conf"))
    path = folder / "modsecurity.conf"
    path.write_text("%s\nInclude %s\nInclude %s/rules/*.conf\n" % (directives, setup, rules.resolve()))
    return path


def report(name, unit, ours, peer_name, peer):
    print(json.dumps({"name": name, "unit": unit, "ours": round(ours, 1),
                      "peer": {"name": peer_name, "value": round(peer, 1)}, "ratio": round(ours / peer, 3)}), flush=True)


def measure(name, script, servers, options):
    for _ in range(options.rounds):
        for server in servers.values():
            server.run(script, options.seconds)
    ours = servers["yagura"]
    for other, server in servers.items():
        if server is not ours:
            report(name, "requests/s (%s)" % ours.statuses, ours.best, "nginx " + other, server.best)
    if "modsecurity" in servers:
        report(name + "_worker_memory", "KiB", ours.worker_kib(), "nginx modsecurity", servers["modsecurity"].worker_kib())


def measure_request(path, way, options, folder, kinds):
    request = read_request(path)
    script = folder / (path.stem + ".lua")
    script.write_text(lua_of(request))
    with contextlib.ExitStack() as running:
        def start(*arguments, **named):
            server = Server(*arguments, **named)
            running.callback(server.stop)
            return server

        upstream = start("upstream", PLAIN, request[1], place=1).port if way == "proxied" else None
        servers = {name: start(name, kind, request[1], upstream) for name, kind in kinds.items()}
        measure("waf_nginx_%s%s" % (path.stem, "_proxied" if way == "proxied" else ""), script, servers, options)


def main():
    corpora = pathlib.Path(os.environ.get("YAGURA_CORPORA", "/nothing"))
    crs = corpora / "crs" if (corpora / "crs").is_dir() else pathlib.Path("/usr/share/modsecurity-crs")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--rules", type=pathlib.Path, default=crs)
    parser.add_argument("--requests", type=pathlib.Path, nargs="*", default=sorted((HERE / "requests").glob("*.http")))
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="*", choices=("static", "proxied"), default=("static", "proxied"))
    options = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin"
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            raise SystemExit("skipped: %s is not installed" % program)
    with tempfile.TemporaryDirectory(prefix="yagura-bench-") as name:
        folder = pathlib.Path(name)
        options.cache = folder / "cache"
        kinds = kinds_of(options, modsecurity_setup(folder, options.rules))
        for way in options.ways:
            for path in options.requests:
                measure_request(path, way, options, folder, kinds)


if __name__ == "__main__":
    main()
