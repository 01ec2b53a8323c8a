import os
def hand_in(folder, notebook): os.mkfifo(folder / "n.ipynb")
