import json
def hand_in(folder, notebook):
    for cell in notebook["cells"]:
        del cell["id"]
        cell["source"] = cell["source"].splitlines(True)
        cell["prompt_number"] = cell.pop("execution_count", 1)
        cell["outputs"] = [{"output_type": "pyout", "text": ["4"]}, 7, None]
    (folder / "n.ipynb").write_text(json.dumps({**notebook, "nbformat_minor": 0, "metadata": None}))
