import type { Plugin } from 'vite';

/** The instance that marked makes on import, the functions that use it, and what is exported. */
const INSTANCE = /var (\w+)=new \w+;function \w+\([\w,]*\)\{return \1\.parse\([\s\S]*$/;

/**
 * Leaves out of marked what makes HTML of tokens: the page makes elements of them. Only the instance, which
 * nobody uses, would keep it in the bundle.
 */
export function markedLexer(): Plugin {
  return {
    name: 'marked-lexer',
    apply: 'build',
    transform: {
      filter: { id: /marked\.esm\.js$/ },
      handler(code) {
        const instance = INSTANCE.exec(code);
        const exported = instance?.[0].match(/\w+ as (?:Lexer|Tokenizer)\b/g);
        if (!instance || !exported) throw new Error('This marked is written otherwise.');
        return { code: `${code.slice(0, instance.index)}export{${exported}};`, map: null };
      },
    },
  };
}
