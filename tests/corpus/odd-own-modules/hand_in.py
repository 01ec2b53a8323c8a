import json
def hand_in(folder, notebook):
    (folder / "n.ipynb").write_text(json.dumps(notebook))
    (folder / "tools").mkdir()
    (folder / "tools" / "__init__.py").write_text("")
    (folder / "tools" / "counting.py").write_text("from collections import Counter\ndef words(text): return Counter(text.split())\n")
