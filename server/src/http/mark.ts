/** The stamp of an assay office, with our letter; what stands inside an `svg` whose view box is `0 0 32 32`. */
export const mark =
  '<path d="M9 1h14l8 8v14l-8 8H9l-8-8V9z" fill="#8a6410"/>' +
  '<path d="M16 8l7 17M16 8L9 25M12 19h8" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/>';

/** The mark as an image of its own. */
export const markImage = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${mark}</svg>`;
