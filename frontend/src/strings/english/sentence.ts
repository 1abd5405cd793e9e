/** A sentence with elements in it. */
export type Sentence = readonly (Node | string)[];
