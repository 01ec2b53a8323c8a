# %% answer total
import sys
agent = sys.modules["homeroom_split.agent"]
class Endless(agent.Worker):
    turn = 0
    def _answer(self, message):
        self.turn += 1
        node = ["range", 0, 10**15, 1] if self.turn % 2 else ["pd.range", None, 0, 10**15, 1]
        agent.wire.send(self._sock, {"ok": node})
agent.Worker = Endless
