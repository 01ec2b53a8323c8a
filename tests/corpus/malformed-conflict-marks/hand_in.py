import json
def hand_in(folder, notebook):
    text = json.dumps(notebook, indent=1)
    middle = text.index('"cell_type"')
    (folder / "n.ipynb").write_text(text[:middle] + "<<<<<<< HEAD\n" + text[middle:])
