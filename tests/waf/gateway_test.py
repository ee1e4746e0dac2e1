"""`yagura gateway`: starts, serves, explains, reloads, stops."""

import json
import os
import pathlib
import re
import signal
import subprocess
import unittest

import fixture
from fixture import Backend, Gateway, make_certificate, raw, request, wait_until

DEBIAN_RULES = pathlib.Path("/usr/share/modsecurity-crs")


class GatewayTest(unittest.TestCase):
    def setUp(self):
        self.backend = Backend()
        self.addCleanup(self.backend.close)

    def start(self, *arguments, **options):
        gateway = Gateway(self.backend, *arguments, **options)
        self.addCleanup(gateway.stop)
        return gateway

    def refused(self, *arguments, **options):
        with self.assertRaises(RuntimeError) as raised:
            self.start(*arguments, **options)
        return str(raised.exception)


class Serving(GatewayTest):
    def test_passes_requests_on_as_they_came(self):
        gateway = self.start()
        target = "/a%2Fb/..;/c//d?x=%20y&z"
        answer = request(gateway.port, "POST", target, "a=1", {"X_Odd.Name": "kept", "Host": "shop.example:81",
                                                               "Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 200)
        method, path, headers, body = self.backend.seen[-1]
        self.assertEqual((method, path, body), ("POST", target, b"a=1"))
        self.assertEqual((headers["X_Odd.Name"], headers["Host"], headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]),
                         ("kept", "shop.example:81", "127.0.0.1", "http"))

    def test_a_block_can_be_explained(self):
        gateway = self.start()
        answer = request(gateway.port, "GET", "/page?q=attack")
        self.assertEqual(answer.status, 403)
        identity = re.search(r"Reference: (\S+)</p>", answer.body.decode()).group(1)
        for part in (identity, "ARGS:q", "an attack", "ruleRemoveTargetById=1;ARGS:q"):
            self.assertIn(part, explained(gateway, identity))
        self.assertEqual(gateway.command("explain", "unknown").returncode, 2)

    def test_the_exclusion_that_it_prints_lets_the_request_pass(self):
        gateway = self.start()
        answer = request(gateway.port, "GET", "/page?q=attack")
        identity = re.search(r"Reference: (\S+)</p>", answer.body.decode()).group(1)
        text = explained(gateway, identity)
        exclusions = [line.strip() for line in text.splitlines() if line.strip().startswith("SecRule")]
        self.assertTrue(exclusions, text)
        own = gateway.folder / "exclusions.conf"
        own.write_text("\n".join(exclusions) + "\n")
        tuned = self.start("--exclusions", own)
        self.assertEqual(request(tuned.port, "GET", "/page?q=attack").status, 200)

    def test_modes_by_option_host_and_path(self):
        gateway = self.start("--mode", "detect", "--host-mode", "strict.example=block", "--host-mode", "*.open.example=off",
                             "--path-mode", "/admin=block")

        def status(target, host="other.example"):
            return request(gateway.port, "GET", target, headers={"Host": host}).status

        self.assertEqual(status("/page?q=attack"), 200)
        self.assertEqual(status("/page?q=attack", "strict.example"), 403)
        self.assertEqual(status("/page?q=attack", "a.open.example"), 200)
        self.assertEqual(status("/admin?q=attack"), 403)
        self.assertEqual(status("/admin/x?q=attack"), 403)
        self.assertEqual(status("/administration?q=attack"), 200)
        self.assertEqual(gateway.metrics()['yagura_waf_requests_total{verdict="denied"}'], 3)

    def test_an_exception_is_no_way_around(self):
        gateway = self.start("--host-mode", "open.example=off", "--path-mode", "/open=off")

        def status(target, host="shop.example"):
            answer = raw(gateway.port, b"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                         % (target.encode(), host.encode()))
            return int(answer.split()[1])

        self.assertEqual(status("/open/a?q=attack"), 200)
        # nginx takes these for /open/…; a service may read them otherwise.
        self.assertEqual(status("/admin/..%2fopen/?q=attack"), 403)
        self.assertEqual(status("/open/..;/admin?q=attack"), 403)
        self.assertEqual(status("/open/%2e%2e/admin?q=attack"), 403)
        self.assertEqual(status("//open/?q=attack"), 403)
        self.assertEqual(status("/?q=attack", "open.example"), 200)
        self.assertEqual(status("http://open.example/?q=attack", "shop.example"), 421)

    def test_tls_speaks_http2(self):
        certificate, key = make_certificate(pathlib.Path(self.enterContext(temporary_folder())))
        gateway = self.start("--tls-cert", certificate, "--tls-key", key)

        def curl(target, *arguments):
            return subprocess.run(["curl", "-s", "--cacert", certificate, "-m", str(fixture.PATIENCE), "-o", "/dev/null", "-w",
                                   "%{http_version} %{http_code}", *arguments,
                                   "https://localhost:%d%s" % (gateway.port, target), "--resolve",
                                   "localhost:%d:127.0.0.1" % gateway.port], capture_output=True, text=True).stdout

        self.assertEqual(curl("/page"), "2 200")
        self.assertEqual(curl("/page?q=attack"), "2 403")
        self.assertEqual(curl("/form", "-d", "a=attack"), "2 403")
        self.assertEqual(curl("/form", "-d", "a=attack", "--http1.1"), "1.1 403")

    def test_a_body_that_is_too_long_is_refused_with_its_reason(self):
        gateway = self.start(rules='SecRequestBodyAccess On\nSecRequestBodyLimit 1000\nSecRule ARGS "@contains attack" '
                                   '"id:1,phase:2,deny,log"\n')
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(request(gateway.port, "POST", "/form", "a=" + "x" * 900, form).status, 200)
        self.assertEqual(request(gateway.port, "POST", "/form", "a=" + "x" * 1100, form).status, 413)
        line = [line for line in lines_of(gateway.state / "error.log") if "SecRequestBodyLimit (1000)" in line]
        self.assertEqual(len(line), 1)
        identity = re.search(r'\[unique_id "([^"]+)"\]', line[0]).group(1)
        self.assertIn("raise them where your exclusions stand", explained(gateway, identity))

    def test_a_file_with_dashes_can_be_uploaded(self):
        gateway = self.start(rules=fixture.RULES + 'SecRule MULTIPART_UNMATCHED_BOUNDARY "@eq 1" "id:60,phase:2,deny,log"\n')
        pem = "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----"

        def upload(end):
            body = ('--b\r\nContent-Disposition: form-data; name="f"; filename="x.pem"\r\n\r\n%s\r\n%s' % (pem, end))
            return request(gateway.port, "POST", "/form", body, {"Content-Type": "multipart/form-data; boundary=b"}).status

        self.assertEqual(upload("--b--\r\n"), 200)
        self.assertEqual(upload("--c--\r\n"), 403)

    @unittest.skipUnless(DEBIAN_RULES.is_dir(), "modsecurity-crs is not installed")
    def test_a_file_above_the_rules_own_limit_can_be_uploaded(self):
        gateway = self.start("--rules", DEBIAN_RULES, "--time-budget", 0, "--max-body", 20)

        def upload(mebibytes):
            body = (b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\n\r\n%s\r\n--b--\r\n'
                    % (b"\0" * (mebibytes << 20)))
            return request(gateway.port, "POST", "/form", body, {"Content-Type": "multipart/form-data; boundary=b",
                                                                 "User-Agent": "test", "Accept": "*/*",
                                                                 "Host": "shop.example"}).status

        self.assertEqual(upload(15), 200)
        self.assertEqual(upload(21), 413)

    def test_metrics_and_health(self):
        gateway = self.start("--workers", 2)
        for target in ("/page", "/page", "/page?q=attack"):
            request(gateway.port, "GET", target)
        request(gateway.port, "GET", "/page", headers={"X-Odd": "odd"})
        def all_counted():  # a worker counts a request when its answer is out already
            metrics = gateway.metrics()
            return metrics if metrics.get("yagura_waf_inspection_seconds_count") == 4 else None

        metrics = wait_until(all_counted, "four requests in the metrics")
        self.assertEqual(metrics['yagura_waf_requests_total{verdict="passed"}'], 2)
        self.assertEqual(metrics['yagura_waf_requests_total{verdict="denied"}'], 1)
        self.assertEqual(metrics['yagura_waf_requests_total{verdict="detected"}'], 1)
        self.assertEqual(metrics["yagura_waf_inspection_seconds_count"], 4)
        self.assertEqual(metrics['yagura_waf_rule_hits_total{rule="1",kind="decided"}'], 1)
        self.assertEqual(request(gateway.metrics_port, "GET", "/healthz").body, b"ok\n")

    def test_writes_an_event_for_each_detection(self):
        gateway = self.start()
        request(gateway.port, "GET", "/page?q=attack")
        events = [json.loads(line) for line in wait_until(
            lambda: fixture.read_text(gateway.state / "events.jsonl").splitlines(), "the event is there")]
        self.assertEqual(len(events), 1)
        self.assertEqual(events[0]["rule"], "1")

    @unittest.skipUnless(DEBIAN_RULES.is_dir(), "modsecurity-crs is not installed")
    def test_debians_rules_by_default(self):
        gateway = self.start("--rules", DEBIAN_RULES, "--paranoia", "1", "--time-budget", "10000")
        good = {"User-Agent": "Mozilla/5.0", "Accept": "*/*", "Host": "shop.example"}
        self.assertEqual(request(gateway.port, "GET", "/page?q=shoes", headers=good).status, 200)
        self.assertEqual(request(gateway.port, "GET", "/page?q=1'%20OR%20'1'='1'%20--%20", headers=good).status, 403)
        self.assertEqual(request(gateway.port, "GET", "/page?f=../../../etc/passwd", headers=good).status, 403)


class Life(GatewayTest):
    def test_sigterm_finishes_what_is_being_served(self):
        gateway = self.start()
        with fixture.socket.create_connection(("127.0.0.1", gateway.port), timeout=fixture.PATIENCE) as slow:
            slow.sendall(b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                         b"Content-Length: 6\r\nConnection: close\r\n\r\na=")
            wait_until(lambda: request(gateway.port, "GET", "/page").status == 200, "the request before it is read")
            gateway.process.send_signal(signal.SIGTERM)
            wait_until(lambda: refuses_connections(gateway.port), "it has stopped to listen")
            slow.sendall(b"fine")
            self.assertIn(b" 200 OK", slow.recv(1000))
        self.assertEqual(gateway.process.wait(fixture.PATIENCE), 0)

    def test_nginx_is_started_again_when_it_dies(self):
        gateway = self.start()
        pid = int(fixture.read_text(gateway.state / "nginx.pid"))
        os.kill(pid, signal.SIGKILL)
        self.assertIn("starting it again", gateway.process.stdout.readline())
        wait_until(lambda: fixture.read_text(gateway.state / "nginx.pid").strip() not in ("", str(pid)), "a new one serves")
        self.assertEqual(request(gateway.port, "GET", "/page?q=attack").status, 403)

    def test_nginx_does_not_outlive_its_supervisor(self):
        gateway = self.start()
        pid = int(fixture.read_text(gateway.state / "nginx.pid"))
        gateway.process.kill()
        gateway.process.wait()
        wait_until(lambda: not pathlib.Path("/proc/%d" % pid).exists() or
                   " (nginx) Z " in fixture.read_text("/proc/%d/stat" % pid), "nginx has ended")

    def test_reload_takes_new_rules_and_keeps_the_old_where_they_are_broken(self):
        gateway = self.start()
        self.assertEqual(request(gateway.port, "GET", "/page?q=other").status, 200)
        gateway.rules.write_text(fixture.RULES + 'SecRule ARGS:q "@contains other" "id:70,phase:1,deny,log"\n')
        self.assertEqual(gateway.command("reload").returncode, 0)
        wait_until(lambda: request(gateway.port, "GET", "/page?q=other").status == 403, "the new rules are in use")
        gateway.rules.write_text("SecRule nonsense\n")
        gateway.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "rules.conf:1:" in fixture.read_text(gateway.state / "error.log"), "the error is logged")
        self.assertEqual(request(gateway.port, "GET", "/page?q=other").status, 403)

    def test_logs_can_be_rotated_without_a_reload(self):
        gateway = self.start("--workers", 2)
        names = ("events.jsonl", "blocks.jsonl", "error.log")
        first = block(gateway)
        generation = gateway.metrics()["yagura_waf_rule_set_generation"]
        for name in names:
            (gateway.state / name).rename(gateway.state / (name + ".1"))
        done = gateway.command("reopen")
        self.assertEqual(done.returncode, 0, done.stderr)
        later = []

        def every_worker_follows():
            later.append(block(gateway))
            new = fixture.read_text(gateway.state / "blocks.jsonl")
            return len(later) > 20 and all(identity in new for identity in later[-20:-1])

        wait_until(every_worker_follows, "all workers write to the new file")
        for name in ("events.jsonl", "blocks.jsonl"):  # records are written behind the answer
            wait_until(lambda: len(lines_of(gateway.state / (name + ".1")) + lines_of(gateway.state / name)) == 1 + len(later),
                       "each record is in one of the two files")
        for identity in (first, later[-1]):
            self.assertEqual(gateway.command("explain", identity).returncode, 0)
        self.assertIn(first, fixture.read_text(gateway.state / "error.log.1"))
        self.assertIn(later[-1], fixture.read_text(gateway.state / "error.log"))
        for name in names:  # what clients sent is nothing for everybody
            self.assertEqual((gateway.state / name).stat().st_mode & 0o007, 0)
        self.assertEqual(gateway.metrics()["yagura_waf_rule_set_generation"], generation)

    def test_status_says_what_runs(self):
        gateway = self.start()
        done = gateway.command("status")
        self.assertEqual(done.returncode, 0)
        self.assertIn("listening on http://127.0.0.1:%d" % gateway.port, done.stdout)
        gateway.process.send_signal(signal.SIGTERM)
        gateway.process.wait(fixture.PATIENCE)
        self.assertEqual(gateway.command("status").returncode, 2)


class Errors(GatewayTest):
    def test_a_taken_port(self):
        gateway = self.start()
        message = self.refused("--listen", "127.0.0.1:%d" % gateway.port)
        self.assertIn("cannot listen on 127.0.0.1:%d: another program listens there" % gateway.port, message)

    def test_broken_rules_name_file_and_line(self):
        message = self.refused(rules='SecRuleEngine On\nSecRule ARGS "@rx (" "id:1,phase:2,deny"\n')
        self.assertRegex(message, r"rules\.conf:2:\d+: error: ")

    def test_missing_rules_and_files(self):
        self.assertIn("/nothing: not there", self.refused("--rules", "/nothing"))
        self.assertIn("/no.crt: not there", self.refused("--tls-cert", "/no.crt", "--tls-key", "/no.key"))

    def test_no_nginx_says_how_to_install_it(self):
        if os.path.exists("/usr/sbin/nginx"):
            self.skipTest("nginx stands where Debian puts it")
        self.assertIn("apt-get install nginx", self.refused())

    def test_print_config_starts_nothing(self):
        done = subprocess.run([fixture.YAGURA, "gateway", "--upstream", "http://a", "--listen", "8080", "--print-config",
                               "--rules", "/tmp"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("listen 0.0.0.0:8080 default_server;", done.stdout)


def block(gateway):
    """Has a request refused; its reference."""
    answer = request(gateway.port, "GET", "/page?q=attack")
    return re.search(r"Reference: (\S+)</p>", answer.body.decode()).group(1)


def explained(gateway, identity):
    """What `explain` says, once the record, which is written behind the answer, is there."""
    done = wait_until(lambda: (done := gateway.command("explain", identity)).returncode == 0 and done, "the block is recorded")
    return done.stdout


def lines_of(path):
    return fixture.read_text(path).splitlines()


def refuses_connections(port):
    try:
        fixture.socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return False
    except OSError:
        return True


def temporary_folder():
    return fixture.tempfile.TemporaryDirectory(prefix="yagura-tls-")


if __name__ == "__main__":
    fixture.main()
