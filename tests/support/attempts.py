"""What student code tries against the walls of its sandbox, a cell each.

SECRET, CHECKOUT, PORT and HOST (a process) name things of the host.
"""

ATTEMPTS = {
    "network": """
import socket
for host in ("127.0.0.1", "::1", "1.1.1.1"):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as s:
                s.settimeout(2)
                s.connect((host, PORT))
                s.send(b"hello")
        except OSError as error:
            print(error)
""",
    "files": """
import os
for path in (SECRET, CHECKOUT, "/etc/passwd", "/etc/shadow", "/root/.ssh", "/home", "/var", f"/proc/{os.getppid()}/mem"):
    try:
        print(path, os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))
    except PermissionError:
        print("closed")
    except OSError:
        print("absent")
""",
    "environment": """
import os
print(dict(os.environ))
for pid in range(1, 100_000):
    try:
        print(open(f"/proc/{pid}/environ").read())
    except OSError:
        pass
""",
    "user": """
import ctypes, os
libc = ctypes.CDLL(None)
got = ctypes.create_string_buffer(24)
libc.capget(bytes([0x22, 5, 8, 0x20, 0, 0, 0, 0]), got)
print(os.getuid(), os.getgroups(), "caps", got.raw.hex().strip("0"), sum(libc.prctl(23, n) == 1 for n in range(64)))
print("privileges", libc.prctl(39, 0, 0, 0, 0), "filter", libc.prctl(21, 0, 0, 0, 0))
""",
    "others": """
import os
try:
    print(*[pid for pid in os.listdir("/proc") if pid.isdigit()])
except OSError:
    print("closed")
try:
    os.kill(HOST, 0)
    print("MAY SIGNAL")
except OSError as error:
    print(error.strerror)
""",
    "writing": """
import glob, os, sys
folders = ["/usr", "/", "/dev", "/in", "/run", "/proc", sys.prefix, sys.base_prefix, *glob.glob("/tmp/hr-*/s*")]
for path in (SECRET, *(f"{folder}/x" for folder in folders)):
    try:
        open(path, "w")
        print("WROTE", path)
    except OSError as error:
        print(error.strerror)
""",
    "disk": """
import glob, os
try:
    for n in range(5):
        with open(f"big{n}", "wb") as file:
            file.write(b"x" * (50 << 20))
    print("WROTE")
except OSError as error:
    print(error.strerror)
for path in glob.glob("big?"):
    os.remove(path)
""",
    "namespaces": """
import ctypes, subprocess
libc = ctypes.CDLL(None, use_errno=True)
print("unshare", libc.unshare(0x10000000))
print("mount", libc.mount(b"x", b"/tmp", b"tmpfs", 0, None))
print("program", subprocess.run(["unshare", "-Ur", "true"]).returncode)
""",
    "forks": """
import os, time
n = 0
try:
    while n < 500:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        n += 1
    print("UNBOUNDED")
except OSError:
    print("bounded", n)
""",
}
