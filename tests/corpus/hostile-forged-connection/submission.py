# %% answer square
import sys, socket, struct, json, array, os
agent = sys.modules["homeroom_split.agent"]
def keep(control, names):
    while control.recv(1):
        fd = os.open("/dev/zero", os.O_RDONLY)
        control.sendmsg([b"w"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd, fd]))])
agent._keep = keep
