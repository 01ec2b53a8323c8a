import json
def hand_in(folder, notebook):
    notebook["metadata"] = {"kernelspec": {"name": "../../bin/sh", "language": ["R"]}, "language_info": "julia"}
    (folder / "n.ipynb").write_text(json.dumps(notebook))
