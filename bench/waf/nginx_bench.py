#!/usr/bin/env python3
"""Requests a second through nginx with one worker: without a WAF, with Yagura's module, and with ModSecurity's (where
libnginx-mod-http-modsecurity is installed), the same rules and requests. Needs wrk. A line of JSON a figure, as the other benchmarks.

  nginx_bench.py [--build build/release] [--rules FOLDER] [--seconds 5] [--rounds 3]

The kinds of server take turns, so that a change of the machine meets all alike; the best round of each counts."""

import argparse
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


class Server:
    def __init__(self, name, load, waf, target):
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
        temporary = "".join("%s_temp_path temporary;" % kind for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(
            "%s daemon off; %s worker_processes 1; pid nginx.pid; error_log error.log error; events {} http { access_log off; %s"
            "client_body_buffer_size 128k; default_type text/plain; keepalive_requests 1000000; error_page 405 =200 $uri; %s"
            "server { listen 127.0.0.1:%d; root root; } }" % (load, user, temporary, waf, self.port))
        self.process = subprocess.Popen(["nginx", "-p", self.folder, "-c", "nginx.conf", "-e", "error.log"],
                                        env=dict(os.environ, NGINX="%d;" % listening.fileno()), pass_fds=[listening.fileno()])
        listening.close()
        while not (self.folder / "nginx.pid").exists():
            if self.process.poll() is not None:
                raise SystemExit("nginx (%s) did not start" % name)
            time.sleep(0.01)
        self.best = 0.0
        self.statuses = ""

    def run(self, script, seconds):
        done = subprocess.run(["wrk", "-t1", "-c16", "-d%ds" % seconds, "-s", script, "http://127.0.0.1:%d" % self.port],
                              capture_output=True, text=True, check=True)
        self.best = max(self.best, float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)))
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
        self.statuses = "refused" if refused else "passed"

    def worker_kib(self):
        worker = pathlib.Path("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)).read_text().split()[0]
        text = pathlib.Path("/proc/%s/status" % worker).read_text()
        # Its own memory: pages of files (databases of patterns) are shared by all workers.
        return int(re.search(r"RssAnon:\s+(\d+)", text).group(1))

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def servers_for(options, target, setup):
    module, library = options.build / "lib/ngx_http_yagura_module.so", options.build / "lib/libyagura_waf.so.1"
    yagura = ("yagura_library %s; yagura_cache %s; yagura_rules %s; yagura on; yagura_time_budget 0;"
              % (library.resolve(), options.cache, options.rules.resolve()))
    kinds = [("plain", "", ""), ("yagura", "load_module %s;" % module.resolve(), yagura)]
    if MODSECURITY.exists():
        load = ("load_module %s;" % NDK if NDK.exists() else "") + "load_module %s;" % MODSECURITY
        kinds.append(("modsecurity", load, "modsecurity on; modsecurity_rules_file %s;" % setup))
    return {name: Server(name, load, waf, target) for name, load, waf in kinds}


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


def measure(path, options, folder, setup):
    request = read_request(path)
    script = folder / (path.stem + ".lua")
    script.write_text(lua_of(request))
    servers = servers_for(options, request[1], setup)
    try:
        for _ in range(options.rounds):
            for server in servers.values():
                server.run(script, options.seconds)
        ours = servers["yagura"]
        for name, server in servers.items():
            if server is not ours:
                report("waf_nginx_%s" % path.stem, "requests/s (%s)" % ours.statuses, ours.best, "nginx " + name, server.best)
        if "modsecurity" in servers:
            report("waf_nginx_%s_worker_memory" % path.stem, "KiB", ours.worker_kib(), "nginx modsecurity",
                   servers["modsecurity"].worker_kib())
    finally:
        for server in servers.values():
            server.stop()


def main():
    corpora = pathlib.Path(os.environ.get("YAGURA_CORPORA", "/nothing"))
    crs = corpora / "crs" if (corpora / "crs").is_dir() else pathlib.Path("/usr/share/modsecurity-crs")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--rules", type=pathlib.Path, default=crs)
    parser.add_argument("--requests", type=pathlib.Path, nargs="*", default=sorted((HERE / "requests").glob("*.http")))
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin"
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            raise SystemExit("skipped: %s is not installed" % program)
    with tempfile.TemporaryDirectory(prefix="yagura-bench-") as name:
        folder = pathlib.Path(name)
        options.cache = folder / "cache"
        setup = modsecurity_setup(folder, options.rules)
        for path in options.requests:
            measure(path, options, folder, setup)


if __name__ == "__main__":
    main()
