import copy, json
def hand_in(folder, notebook):
    cells = notebook["cells"][::-1]
    untouched = copy.deepcopy(cells)
    for number, cell in enumerate(untouched):
        cell["id"] = f"again-{number}"
        if "answer" not in str(cell["metadata"]): cell["cell_type"] = "raw"
    nonsense = [{"cell_type": "code", "source": "1 +", "metadata": {"nbgrader": data}} for data in (None, [], {"grade_id": 7}, {"grade_id": "t-square "}, {"grade_id": "\u0000"})]
    (folder / "n.ipynb").write_text(json.dumps({**notebook, "cells": [*nonsense, *cells, *untouched[:2]]}))
