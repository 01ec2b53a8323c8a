import json
def hand_in(folder, notebook):
    for cell in notebook["cells"]:
        if cell["source"].startswith("def square"): cell["source"] += "\x00"
    (folder / "n.ipynb").write_text(json.dumps(notebook))
