"""Reloads under load: no request is lost, and memory stays where the first reload left it."""

import http.client
import pathlib
import signal
import statistics
import threading
import unittest

import fixture
from fixture import Backend, Nginx, request, wait_until

RELOADS = int(fixture.os.environ.get("YAGURA_RELOADS", "100"))
CONFIG = """
yagura_rules %s;
yagura_cache {folder}/cache;
yagura %s;
yagura_time_budget 0;
server {
  listen 127.0.0.1:{port};
  location / { proxy_pass http://{backend}; }
  location = /version { yagura off; return 200 "%d"; }
}
"""
# The biggest rule set at hand: what leaks, leaks visibly.
CANDIDATES = [pathlib.Path(fixture.os.environ.get("YAGURA_CORPORA", "/nothing")) / "crs",
              pathlib.Path("/usr/share/modsecurity-crs")]


class Client(threading.Thread):
    """Requests without a pause, each on a new connection or on a kept one; counts what was not answered as it should be."""

    def __init__(self, port, keeps):
        super().__init__(daemon=True)
        self.port, self.keeps = port, keeps
        self.stopping = threading.Event()
        self.fresh = True  # the connection has not answered yet
        self.done, self.wrong = 0, []

    def run(self):
        connection = None
        while not self.stopping.is_set():
            attack = self.done % 4 == 3
            target = "/page?q=1'%20or%20'1'='1'%20--%20attack" if attack else "/page?q=shoes"
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=fixture.PATIENCE)
                connection.request("GET", target, headers={"User-Agent": "test", "Accept": "*/*", "Host": "shop.example"})
                response = connection.getresponse()
                response.read()
                if response.status != (403 if attack else 200):
                    self.wrong.append((target, response.status))
                closes = response.will_close or not self.keeps
            except (http.client.BadStatusLine, BrokenPipeError, ConnectionResetError) as error:
                # A kept connection may end between two requests (RFC 9112, 9.5): the client asks again. A new one may not.
                if self.fresh:
                    self.wrong.append((target, repr(error)))
                closes = True
                self.fresh = True
                connection.close()
                connection = None
                continue
            self.fresh = False
            if closes:
                connection.close()
                connection = None
                self.fresh = True
            self.done += 1


def resident_kib(pid):
    """Memory of the process itself: pages of files, which processes share, are left out."""
    for line in fixture.read_text("/proc/%d/status" % pid).splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


class Reload(unittest.TestCase):
    def setUp(self):
        self.backend = Backend()
        self.addCleanup(self.backend.close)
        found = [folder for folder in CANDIDATES if folder.is_dir()]
        self.rules = found[0] if found else "{folder}/rules.conf"

    def config(self, version):
        return CONFIG % (self.rules, "on", version)

    def reload(self, nginx, version):
        nginx.write(self.config(version))
        nginx.process.send_signal(signal.SIGHUP)
        text = str(version).encode()
        wait_until(lambda: request(nginx.ports[0], "GET", "/version").body == text, "version %d serves" % version)
        wait_until(lambda: len(nginx.worker_pids()) == 1, "the old worker has ended")

    def test_loses_no_request_and_no_memory(self):
        nginx = Nginx(self.config(0), self.backend)
        self.addCleanup(nginx.stop)
        clients = [Client(nginx.ports[0], keeps) for keeps in (True, False)]
        for client in clients:
            client.start()
        sizes = []
        for version in range(1, RELOADS + 1):
            self.reload(nginx, version)
            sizes.append((resident_kib(nginx.process.pid), resident_kib(nginx.worker_pids()[0])))
        for client in clients:
            client.stopping.set()
            client.join(fixture.PATIENCE)
        print("reloads: %d; requests meanwhile: %d; KiB of master and worker after the first: %s, after the last: %s"
              % (RELOADS, sum(client.done for client in clients), sizes[0], sizes[-1]))
        for client in clients:
            self.assertEqual(client.wrong, [])
            self.assertGreater(client.done, RELOADS)
        # Growth shows in the master: workers are new each time. Single readings differ by some percent.
        masters = [master for master, _ in sizes]
        self.assertLess(statistics.median(masters[-10:]), statistics.median(masters[:10]) * 1.05)


if __name__ == "__main__":
    fixture.main()
