import json, os
def hand_in(folder, notebook):
    (folder / "n.ipynb").write_text(json.dumps(notebook))
    for name in (b"..n.ipynb", b"a\nb.txt", b"\xff\xfe", b"C:\\x", b"-rf", b"con", b".hidden", b"caf\xc3\xa9.txt", b"cafe\xcc\x81.txt", b"\xe2\x80\xae.txt"):
        with open(os.path.join(os.fsencode(folder), name), "wb") as file: file.write(b"x")
