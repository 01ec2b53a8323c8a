import json
def hand_in(folder, notebook):
    (folder / "n.ipynb").write_text(json.dumps(notebook))
    with open(folder / "data.bin", "wb") as file: file.truncate(1 << 40)
