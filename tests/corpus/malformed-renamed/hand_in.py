import json
def hand_in(folder, notebook): (folder / "n (1) final.ipynb").write_text(json.dumps(notebook))
