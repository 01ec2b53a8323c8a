import json
def hand_in(folder, notebook):
    (folder / "real").write_text(json.dumps(notebook))
    (folder / "n.ipynb").symlink_to(folder / "real")
