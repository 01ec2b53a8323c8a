def hand_in(folder, notebook): (folder / "n.ipynb").write_bytes(b"")
