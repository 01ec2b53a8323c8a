def hand_in(folder, notebook): (folder / "n.ipynb").write_text("def square(x):\n    return x * x\n")
