import os
def hand_in(folder, notebook):
    before = os.getcwd()
    os.chdir(folder)
    for _ in range(60):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(before)
