"""The nginx module: phases, verdicts, bodies, filters, redirects, levels of log lines."""

import http.client
import json
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import unittest

import fixture
from fixture import Backend, Nginx, raw, request, wait_until

CONFIG = """
default_type text/html;
underscores_in_headers on;
ignore_invalid_headers off;
client_body_buffer_size 8k;
client_max_body_size 50m;
yagura_rules {folder}/rules.conf;
yagura on;
yagura_fail closed;
yagura_time_budget 0;
log_format id '$request_uri $status $yagura_verdict $yagura_id';
access_log {folder}/access.log id;
server {
  listen 127.0.0.1:{port};
  listen 127.0.0.1:{port2} http2;
  error_page 403 /blocked;
  location / { proxy_pass http://{backend}; }
  location = /blocked { internal; return 403 "blocked $yagura_id"; }
  location /unbuffered/ { proxy_pass http://{backend}/; proxy_buffering off; proxy_request_buffering off; }
  location /off/ { yagura off; proxy_pass http://{backend}/; }
  location /detect/ { yagura detect; proxy_pass http://{backend}/; }
  location /own/ { yagura_directives 'SecRuleRemoveById 1'; proxy_pass http://{backend}/; }
  location /shadow/ { yagura_shadow 1; proxy_pass http://{backend}/; }
  location /return { return 200 "returned"; }
  location /rewrite/ { rewrite ^/rewrite/(.*)$ /$1 last; }
  location /try/ { try_files /nothing-here @named; }
  location @named { proxy_pass http://{backend}; }
  location /off-then-on { yagura off; try_files /nothing-here @named; }
  location /internal/ { internal; proxy_pass http://{backend}/; }
  location /ssi { ssi on; root {folder}; }
  location /part { yagura on; proxy_pass http://{backend}/secret; }
  location /compressed/ { gzip on; gzip_min_length 1; gzip_types *; proxy_pass http://{backend}/; }
  location /limited { limit_except GET { deny all; } proxy_pass http://{backend}; }
  location /metrics { yagura_metrics; yagura off; }
}
"""


class ModuleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = Backend()
        cls.nginx = Nginx(CONFIG, cls.backend, ports=2)
        cls.port, cls.http2_port = cls.nginx.ports

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()
        cls.backend.close()

    def get(self, target, **headers):
        return request(self.port, "GET", target, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, target, body, **options):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers.update(options.pop("headers", {}))
        return request(self.port, "POST", target, body, headers, **options)

    def backend_saw(self, part):
        return [seen for seen in self.backend.seen if part in seen[1]]


class Requests(ModuleTest):
    def test_an_ordinary_request_passes(self):
        answer = self.get("/page?q=good")
        self.assertEqual((answer.status, answer.body), (200, b"<p>hello</p>"))

    def test_an_attack_is_refused_and_never_reaches_the_service(self):
        answer = self.get("/page?q=attack&n=1")
        self.assertEqual(answer.status, 403)
        self.assertTrue(answer.body.startswith(b"blocked "), answer.body)
        self.assertEqual(self.backend_saw("n=1"), [])

    def test_the_error_page_knows_the_id_of_the_log_line(self):
        identity = self.get("/page?q=attack").body.decode().split()[1]
        self.assertEqual(len(self.nginx.log_lines('[unique_id "%s"]' % identity)), 1)
        access = wait_until(lambda: [line for line in fixture.read_text(self.nginx.folder / "access.log").splitlines()
                                     if line.endswith(identity)], "the access line is there")
        self.assertEqual(access[0].split()[1:3], ["403", "blocked"])

    def test_a_body_in_memory_is_inspected(self):
        self.assertEqual(self.post("/form", "a=1&b=fine").status, 200)
        self.assertEqual(self.post("/form", "a=1&b=attack").status, 403)

    def test_a_body_in_a_temporary_file_is_inspected(self):
        filler = "a=" + "x" * 300_000
        self.assertEqual(self.post("/form", filler + "&b=fine").status, 200)
        self.assertEqual(self.backend.seen[-1][3].decode(), filler + "&b=fine")
        self.assertEqual(self.post("/form", filler + "&b=attack").status, 403)

    def test_a_chunked_body_is_inspected(self):
        def parts(last):
            yield b"a=1&"
            yield b"b=att"
            yield last

        self.assertEqual(self.post("/form", parts(b"ention"), encode_chunked=True,
                                   headers={"Transfer-Encoding": "chunked"}).status, 200)
        self.assertEqual(self.post("/form", parts(b"ack"), encode_chunked=True,
                                   headers={"Transfer-Encoding": "chunked"}).status, 403)

    def test_a_body_is_inspected_where_nginx_would_stream_it(self):
        self.assertEqual(self.post("/unbuffered/form", "a=fine").status, 200)
        self.assertEqual(self.post("/unbuffered/form", "a=attack").status, 403)

    def test_an_upload_is_inspected(self):
        def upload(name):
            return ('--b\r\nContent-Disposition: form-data; name="f"; filename="%s"\r\n\r\nx\r\n--b--\r\n' % name).encode()

        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        self.assertEqual(self.post("/form", upload("fine.txt"), headers=kind).status, 200)
        self.assertEqual(self.post("/form", upload("attack.txt"), headers=kind).status, 403)

    def test_expect_continue_is_answered_before_the_body(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=fixture.PATIENCE) as connection:
            connection.sendall(b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                               b"Content-Length: 8\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
            self.assertIn(b"100 Continue", connection.recv(1000))
            connection.sendall(b"a=attack")
            self.assertIn(b" 403 ", connection.recv(1000))

    def test_a_refused_request_is_answered_without_its_body(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=fixture.PATIENCE) as connection:
            connection.sendall(b"POST /?q=attack HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")
            self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 403 "))

    def test_a_slow_body_is_waited_for(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=fixture.PATIENCE) as slow:
            slow.sendall(b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                         b"Content-Length: 8\r\nConnection: close\r\n\r\na=")
            # One worker: it serves others meanwhile.
            self.assertEqual(self.get("/page").status, 200)
            slow.sendall(b"attack")
            self.assertIn(b" 403 ", slow.recv(1000))

    def test_a_client_that_goes_away_leaves_nothing_behind(self):
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                connection.sendall(b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\na=")
        self.assertEqual(self.get("/page").status, 200)

    def test_keep_alive_keeps_requests_apart(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=fixture.PATIENCE)
        statuses = []
        for target in ("/page", "/page?q=attack", "/page", "/page?q=attack", "/page?q=good"):
            connection.request("GET", target)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()
        self.assertEqual(statuses, [200, 403, 200, 403, 200])

    def test_pipelined_requests_are_each_inspected(self):
        answer = raw(self.port, b"GET /page HTTP/1.1\r\nHost: a\r\n\r\nGET /page?q=attack HTTP/1.1\r\nHost: a\r\n\r\n"
                                b"GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+) ", answer), [b"200", b"403", b"200"])

    def test_headers_with_odd_names_are_seen(self):
        self.assertEqual(self.get("/page", **{"X_Under.Score": "bad"}).status, 200)  # the helper turns '_' into '-'
        answer = raw(self.port, b"GET /page HTTP/1.1\r\nHost: a\r\nX_Under.Score: bad\r\nConnection: close\r\n\r\n")
        self.assertIn(b" 403 ", answer)

    def test_a_redirect_rule_redirects(self):
        answer = self.get("/page?q=away")
        self.assertEqual((answer.status, answer.headers["Location"]), (302, "https://example.org/no"))

    def test_a_drop_rule_closes_without_a_word(self):
        self.assertEqual(raw(self.port, b"GET /?q=silence HTTP/1.1\r\nHost: a\r\n\r\n"), b"")

    def test_http_1_0_and_absolute_targets(self):
        self.assertIn(b" 200 OK", raw(self.port, b"GET /page HTTP/1.0\r\n\r\n"))
        self.assertIn(b" 403 ", raw(self.port, b"GET /page?q=attack HTTP/1.0\r\n\r\n"))
        self.assertIn(b" 403 ", raw(self.port, b"GET http://a/page?q=attack HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))

    @unittest.skipUnless(fixture.has_program("curl"), "curl is not installed")
    def test_http2(self):
        def curl(target, *arguments):
            done = subprocess.run(["curl", "-s", "--http2-prior-knowledge", "-m", str(fixture.PATIENCE), "-o", "/dev/null",
                                   "-w", "%{http_version} %{http_code}", *arguments,
                                   "http://127.0.0.1:%d%s" % (self.http2_port, target)], capture_output=True, text=True)
            return done.stdout

        self.assertEqual(curl("/page"), "2 200")
        self.assertEqual(curl("/page?q=attack"), "2 403")
        self.assertEqual(curl("/form", "-d", "a=fine"), "2 200")
        self.assertEqual(curl("/form", "-d", "a=attack"), "2 403")
        self.assertEqual(curl("/form", "-d", "a=" + "x" * 100_000 + "attack"), "2 403")
        self.assertEqual(curl("/secret"), "2 403")
        self.assertEqual(curl("/page", "-H", "Cookie: id=attack"), "2 403")
        self.assertEqual(curl("/big"), "2 200")


class Locations(ModuleTest):
    def test_off_inspects_nothing(self):
        self.assertEqual(self.get("/off/page?q=attack").status, 200)
        self.assertEqual(self.get("/off/secret").body, b"<p>the secret</p>")

    def test_detect_reports_and_passes(self):
        before = len(self.nginx.log_lines('[id "1"]'))
        self.assertEqual(self.get("/detect/page?q=attack").status, 200)
        lines = wait_until(lambda: self.nginx.log_lines('[id "1"]')[before:], "the line is there")
        self.assertIn("ModSecurity: Warning. ", lines[0])

    def test_a_location_adds_its_directives(self):
        self.assertEqual(self.get("/own/page?q=attack").status, 200)
        self.assertEqual(self.get("/own/page?q=away").status, 302)

    def test_shadow_only_reports(self):
        before = len(self.nginx.log_lines('[id "1"]'))
        self.assertEqual(self.get("/shadow/page?q=attack").status, 200)
        wait_until(lambda: self.nginx.log_lines('[id "1"]')[before:], "the line is there")

    def test_a_return_is_inspected(self):
        self.assertEqual(self.get("/return").body, b"returned")
        self.assertEqual(self.get("/return?q=attack").status, 403)

    def test_a_rewrite_keeps_the_transaction(self):
        before = len(self.nginx.log_lines('[id "3"]'))
        self.assertEqual(self.get("/rewrite/page", X_Odd="odd").status, 200)
        wait_until(lambda: self.nginx.log_lines('[id "3"]')[before:], "the line is there")
        self.assertEqual(len(self.nginx.log_lines('[id "3"]')), before + 1)
        self.assertEqual(self.get("/rewrite/secret").status, 403)

    def test_a_named_location_keeps_the_transaction(self):
        before = len(self.nginx.log_lines('[id "3"]'))
        self.assertEqual(self.get("/try/page", X_Odd="odd").status, 200)
        self.assertEqual(self.get("/try/page?q=attack").status, 403)
        wait_until(lambda: self.nginx.log_lines('[id "3"]')[before:], "the line is there")
        self.assertEqual(len(self.nginx.log_lines('[id "3"]')), before + 1)

    def test_a_redirect_into_an_inspected_location_is_inspected(self):
        self.assertEqual(self.get("/off-then-on?q=good").status, 200)
        self.assertEqual(self.get("/off-then-on?q=attack").status, 403)

    def test_an_accelerated_response_is_inspected_once(self):
        before = len(self.nginx.log_lines('[id "3"]'))
        answer = self.get("/send-file", X_Odd="odd")
        self.assertEqual((answer.status, answer.body), (200, b"<p>hello</p>"))
        wait_until(lambda: self.nginx.log_lines('[id "3"]')[before:], "the line is there")
        self.assertEqual(len(self.nginx.log_lines('[id "3"]')), before + 1)

    def test_subrequests_are_nginxs_own(self):
        (self.nginx.folder / "ssi.html").write_text('<p><!--#include virtual="/off/page" --></p>')
        (self.nginx.folder / "ssi").mkdir(exist_ok=True)
        (self.nginx.folder / "ssi" / "ssi.html").write_text('<p><!--#include virtual="/off/page?q=attack" --></p>')
        answer = self.get("/ssi/ssi.html")
        self.assertEqual((answer.status, answer.body), (200, b"<p><p>hello</p></p>"))

    def test_what_nginx_denies_is_logged_and_denied(self):
        self.assertEqual(self.post("/limited", "a=fine").status, 403)
        self.assertEqual(self.get("/limited").status, 200)

    def test_a_body_past_nginxs_limit_is_nginxs_413(self):
        answer = raw(self.port, b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\nConnection: close\r\n\r\n")
        self.assertIn(b" 413 ", answer)


class Responses(ModuleTest):
    def test_a_body_that_the_rules_refuse_is_never_sent(self):
        answer = self.get("/secret")
        self.assertEqual(answer.status, 403)
        self.assertNotIn(b"secret", answer.body)
        answer = self.get("/unbuffered/secret")
        self.assertEqual((answer.status, b"secret" in answer.body), (403, False))

    def test_a_compressed_body_is_inspected_decoded(self):
        self.assertEqual(self.get("/gzip", Accept_Encoding="gzip").status, 403)

    def test_compression_comes_after_inspection(self):
        self.assertEqual(self.get("/compressed/secret", Accept_Encoding="gzip").status, 403)
        answer = self.get("/compressed/page", Accept_Encoding="gzip")
        self.assertEqual((answer.status, answer.headers["Content-Encoding"]), (200, "gzip"))

    def test_headers_are_inspected(self):
        self.assertEqual(self.get("/leak").status, 502)

    def test_other_types_pass_by_without_being_held(self):
        self.assertEqual(self.get("/secret.bin").body, b"the secret")

    def test_a_stream_is_not_held(self):
        self.backend.first_part_read.clear()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=fixture.PATIENCE)
        connection.request("GET", "/unbuffered/stream")
        response = connection.getresponse()
        self.assertEqual(response.readline(), b"first\n")
        self.backend.first_part_read.set()
        self.assertEqual(response.read(), b"second\n")
        connection.close()

    def test_a_long_body_arrives_whole(self):
        for target in ("/big", "/unbuffered/big", "/rewrite/big"):
            self.assertEqual(len(self.get(target).body), 5_000_000, target)

    def test_what_lies_past_the_limit_is_not_looked_at(self):
        self.assertEqual(self.get("/late-secret").status, 200)

    def test_a_redirect_instead_of_a_response(self):
        answer = self.get("/elsewhere")
        self.assertEqual((answer.status, answer.headers["Location"], answer.body),
                         (302, "https://example.org/there", b""))

    def test_silence_instead_of_a_response(self):
        self.assertEqual(raw(self.port, b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"), b"")

    def test_head_and_304_have_no_body_to_wait_for(self):
        answer = request(self.port, "HEAD", "/secret")
        self.assertEqual((answer.status, answer.headers["Content-Length"], answer.body), (200, "17", b""))
        told = json.dumps({"status": 304, "headers": {"ETag": '"x"'}, "body": ""})
        answer = request(self.port, "POST", "/reflect", told, {"Content-Type": "application/json"})
        self.assertEqual((answer.status, answer.body), (304, b""))

    def test_a_range_of_a_held_response_is_the_whole(self):
        (self.nginx.folder / "ssi").mkdir(exist_ok=True)
        (self.nginx.folder / "ssi" / "file.html").write_text("0123456789")
        answer = self.get("/ssi/file.html", Range="bytes=0-3")
        self.assertEqual((answer.status, answer.body), (200, b"0123456789"))


class LogLines(ModuleTest):
    def test_have_the_form_and_levels_of_modsecuritys_connector(self):
        self.get("/page?q=attack&form=1", Host="log.test")
        self.get("/page?form=2", X_Odd="odd", Host="log.test")
        denied = wait_until(lambda: self.nginx.log_lines("form=1"), "the line is there")[0]
        self.assertRegex(
            denied,
            r'^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[error\] \d+#\d+: \*\d+ \[client 127\.0\.0\.1\] ModSecurity: Access denied '
            r'with code 403 \(phase 1\)\. Matched "Operator `Contains\' with parameter `attack\' against variable `ARGS:q\' '
            r'\(Value: `attack\' \) \[file "[^"]*rules\.conf"\] \[line "\d+"\] \[id "1"\] \[rev ""\] \[msg "an attack"\] '
            r'\[data ""\] \[severity "0"\] \[ver ""\] \[maturity "0"\] \[accuracy "0"\] \[tag "test"\] '
            r'\[hostname "log\.test"\] \[uri "/page"\] \[unique_id "[^"]+"\] \[ref "[^"]*"\], client: 127\.0\.0\.1, '
            r'server: , request: "GET /page\?q=attack&form=1 HTTP/1\.1", host: "log\.test"$')
        warned = wait_until(lambda: self.nginx.log_lines("form=2"), "the line is there")[0]
        self.assertRegex(warned, r'\[info\] \d+#\d+: \*\d+ ModSecurity: Warning\. Matched "Operator `StrEq\' ')

    def test_are_there_before_the_answer(self):
        for number in range(20):
            self.get("/page?q=attack&early=%d;" % number)
            self.assertEqual(len(self.nginx.log_lines("early=%d;" % number)), 1)


class Policy(unittest.TestCase):
    """Configurations of their own."""

    def setUp(self):
        self.backend = Backend()
        self.addCleanup(self.backend.close)

    def run_nginx(self, config, **options):
        nginx = Nginx(config, self.backend, **options)
        self.addCleanup(nginx.stop)
        return nginx

    def refused(self, config):
        with self.assertRaises(AssertionError) as raised:
            self.run_nginx(config)
        return str(raised.exception)

    def test_switched_on_without_rules_is_an_error(self):
        self.assertIn("no yagura_rules", self.refused("server { listen 127.0.0.1:{port}; yagura on; }"))

    def test_broken_rules_are_an_error_with_file_and_line(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="yagura-rules-"))
        self.addCleanup(lambda: fixture.shutil.rmtree(folder))
        (folder / "bad.conf").write_text('SecRuleEngine On\nSecRule ARGS "@rx (" "id:1,phase:2,deny"\n')
        message = self.refused("server { listen 127.0.0.1:{port}; yagura on; yagura_rules %s/bad.conf; }" % folder)
        self.assertRegex(message, r"bad\.conf:2:\d+: error: ")

    def test_a_missing_engine_is_an_error(self):
        with self.assertRaises(AssertionError) as raised:
            library = fixture.LIBRARY
            fixture.LIBRARY = "/nothing/here.so"
            try:
                self.run_nginx("server { listen 127.0.0.1:{port}; yagura on; yagura_rules {folder}/rules.conf; }")
            finally:
                fixture.LIBRARY = library
        self.assertIn('cannot load the engine "/nothing/here.so"', str(raised.exception))

    def test_fail_closed_and_open_by_the_time_budget(self):
        slow = ("yagura_directives 'SecRule ARGS|REQUEST_HEADERS|REQUEST_BODY \"@rx (?:x+x+)+y\" \"id:99,phase:2,deny,multiMatch,"
                "t:none,t:urlDecode,t:htmlEntityDecode,t:lowercase\"'; yagura_time_budget 1ms;")
        config = ("yagura_rules {folder}/rules.conf; yagura on; client_max_body_size 50m; server { listen 127.0.0.1:{port};"
                  "location /closed { yagura_fail closed; %s proxy_pass http://{backend}; }"
                  "location /open { yagura_fail open; %s proxy_pass http://{backend}; }"
                  "location /metrics { yagura off; yagura_metrics; } }" % (slow, slow))
        nginx = self.run_nginx(config)
        body = "&".join("a%d=%s" % (i, "x" * 200) for i in range(20_000))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        closed = request(nginx.ports[0], "POST", "/closed", body, headers).status
        opened = request(nginx.ports[0], "POST", "/open", body, headers).status
        metrics = request(nginx.ports[0], "GET", "/metrics").body.decode()
        self.assertEqual((closed, opened), (503, 200), metrics)
        self.assertRegex(metrics, r'yagura_waf_failures_total\{policy="closed"\} 1\n')
        self.assertRegex(metrics, r'yagura_waf_failures_total\{policy="open"\} 1\n')

    def test_its_files_are_opened_anew_with_nginxs_logs(self):
        nginx = self.run_nginx("yagura_events events.jsonl; yagura_blocks {folder}/blocks.jsonl; yagura_rules {folder}/rules.conf;"
                               "yagura on; server { listen 127.0.0.1:{port}; location / { return 200 ok; } }")
        for name in ("events.jsonl", "blocks.jsonl"):
            file = nginx.folder / name
            request(nginx.ports[0], "GET", "/?q=attack")
            wait_until(lambda: fixture.read_text(file), "%s has a line" % name)
            self.assertEqual(file.stat().st_mode & 0o777, 0o640)
            file.rename(nginx.folder / (name + ".1"))
            nginx.process.send_signal(signal.SIGUSR1)
            wait_until(file.exists, "%s is there again" % name)
            wait_until(lambda: request(nginx.ports[0], "GET", "/?q=attack").status == 403 and fixture.read_text(file),
                       "%s has a line again" % name)
            self.assertEqual(file.stat().st_mode & 0o777, 0o640)
        nginx.process.send_signal(signal.SIGHUP)
        before = nginx.worker_pids()
        wait_until(lambda: len(nginx.worker_pids()) == 1 and nginx.worker_pids() != before, "a new worker serves")
        lines = len(fixture.read_text(nginx.folder / "events.jsonl").splitlines())
        request(nginx.ports[0], "GET", "/?q=attack")
        wait_until(lambda: len(fixture.read_text(nginx.folder / "events.jsonl").splitlines()) == lines + 1,
                   "the new worker writes to it too")

    def test_workers_share_counters_and_collections(self):
        rules = ("yagura_settings 'SecAction \"id:50,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR}\"\n"
                 "SecRule ARGS:count \"@rx .\" \"id:51,phase:1,pass,nolog,setvar:ip.n=+1\"\n"
                 "SecRule IP:n \"@ge 40\" \"id:52,phase:1,deny,log\"';")
        config = ("yagura_rules {folder}/rules.conf; %s yagura on; server { listen 127.0.0.1:{port};"
                  "location / { proxy_pass http://{backend}; } location /metrics { yagura off; yagura_metrics; } }" % rules)
        nginx = self.run_nginx(config, workers=2)
        statuses = [request(nginx.ports[0], "GET", "/page?count=1").status for _ in range(60)]
        self.assertEqual(statuses, [200] * 39 + [403] * 21)
        metrics = request(nginx.ports[0], "GET", "/metrics").body.decode()
        self.assertIn('yagura_waf_requests_total{verdict="denied"} 21\n', metrics)
        self.assertIn('yagura_waf_rule_hits_total{rule="52",kind="decided"} 21\n', metrics)


if __name__ == "__main__":
    fixture.main()
