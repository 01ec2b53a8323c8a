// The plugin: a desk for each notebook panel, and the same deeds as commands for the keyboard.
import { Desk } from "./desk.js";
import { Portal } from "./portal.js";

const CATEGORY = "Homeroom";
const PHONE = 600;

/** `lab`: the application's own modules, by the last part of their names. */
export function makePlugin(lab) {
  return {
    id: "homeroom:notebook",
    description: "Check and hand in a notebook of a course from its toolbar; in a seminar, check it and raise a hand.",
    autoStart: true,
    requires: [lab.notebook.INotebookTracker],
    optional: [lab.apputils.ICommandPalette],
    activate: (app, tracker, palette) => {
      const portal = new Portal(lab);
      const desks = new Map();
      const { contents } = app.serviceManager;
      const localPath = (path) => contents.localPath(path);

      const welcome = async (panel) => {
        await panel.context.ready;
        if (panel.isDisposed || desks.has(panel)) return;
        const others = () => [...desks.keys()].filter((other) => other !== panel && !other.isDisposed);
        const desk = new Desk(panel, portal, { ...lab, contents, localPath }, others);
        desks.set(panel, desk);
        panel.disposed.connect(() => desks.delete(panel));
        await desk.refresh();
        app.commands.notifyCommandChanged();
      };
      // On a telephone JupyterLab's file browser would leave the notebook a few letters' width.
      if (window.innerWidth < PHONE) app.restored.then(() => app.shell.collapseLeft?.());
      tracker.widgetAdded.connect((_, panel) => welcome(panel));
      tracker.forEach((panel) => welcome(panel));

      const here = () => desks.get(tracker.currentWidget);
      const command = (id, label, deed, isFor = () => true) => {
        const isEnabled = () => Boolean(here()?.belongs) && isFor(here());
        app.commands.addCommand(id, { label, isEnabled, execute: () => deed(here()) });
        palette?.addItem({ command: id, category: CATEGORY });
      };
      command("homeroom:check", "Check This Notebook", (desk) => desk?.check());
      command("homeroom:submit", "Hand In This Assignment", (desk) => desk?.submit(), (desk) => !desk.isSeat);
      command("homeroom:hand", "Raise or Lower My Hand", (desk) => desk?.hand(), (desk) => desk.isSeat);
      app.commands.commandExecuted.connect((_, { id, result }) => {
        if (id === "docmanager:reload") here()?.onDisk.reloading(result);
      });
      tracker.currentChanged.connect(() => app.commands.notifyCommandChanged());
    },
  };
}
