// Makes elements. Text is always text: what a student's code said never becomes markup.

/** element("p", {class: "x"}, "text", otherElement): a property that is a function becomes a listener. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A link to a page of the portal, in a tab of its own. */
export function pageLink(address, text) {
  return element("a", { href: address, target: "_blank", rel: "noopener", class: "homeroom-link" }, text);
}
