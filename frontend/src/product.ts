/** The product's name, for everybody who reads it: the server has it in `backend/__init__.py`. */
export const PRODUCT = 'Runstream';
