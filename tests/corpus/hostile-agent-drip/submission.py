# %% answer square
import sys, time
agent = sys.modules["homeroom_split.agent"]
class Drip(agent.Worker):
    def _answer(self, message):
        for byte in (1000).to_bytes(4, "big") + b'{"ok": 4' + b" " * 992:
            self._sock.sendall(bytes([byte]))
            time.sleep(0.5)
agent.Worker = Drip
square = words = total = primes = None
