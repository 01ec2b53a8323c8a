// What JupyterLab and Notebook 7 load first: a container of module federation, written by hand: what you read is what runs.
// init() is given the modules that the application shares; get() gives what package.json names, as a function that returns it.
"use strict";

(() => {
  const here = new URL(".", document.currentScript.src);
  const NEEDED = ["apputils", "notebook", "services", "coreutils"].map((name) => `@jupyterlab/${name}`).concat("@lumino/widgets");
  let shared = {};

  /** The module that the application itself uses: of a module that is there once only, the newest version. */
  async function take(name) {
    const byVersion = ([one], [other]) => one.localeCompare(other, "en", { numeric: true });
    const versions = Object.entries(shared[name] ?? {}).sort(byVersion);
    if (!versions.length) throw new Error(`Homeroom's buttons need ${name}, which this application does not share.`);
    const factory = await versions.at(-1)[1].get();
    return factory();
  }

  const exposed = {
    "./extension": async () => {
      const { makePlugin } = await import(new URL("plugin.js", here));
      const [apputils, notebook, services, coreutils, widgets] = await Promise.all(NEEDED.map(take));
      return makePlugin({ apputils, notebook, services, coreutils, widgets });
    },
    "./style": async () => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = new URL("style.css", here);
      document.head.append(link);
      return {};
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.homeroom = {
    init: (scope) => { shared = scope; },
    get: async (name) => {
      const made = await exposed[name]();
      return () => made;
    },
  };
})();
