// What is handed in is what is saved.

/** Save what is changed among `panels`; a sentence about the first that could not be saved, else nothing. */
export async function saveAll(panels) {
  for (const { context } of panels) {
    if (!context.model.dirty) continue;
    const name = context.path.split("/").at(-1);
    try {
      await context.save();
    } catch (error) {
      return `${name} could not be saved (${error.message}).`;
    }
    if (context.model.dirty) return `${name} could not be saved.`;
  }
  return "";
}
