import json
def hand_in(folder, notebook):
    cell = {"cell_type": "markdown", "source": "", "metadata": {}}
    (folder / "n.ipynb").write_text(json.dumps({**notebook, "cells": [cell] * 5001}))
