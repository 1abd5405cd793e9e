/** A call of a tool as text to run elsewhere. */

export type SnippetKind = 'curl' | 'python' | 'test';

export interface SnippetOf {
  readonly name: string;
  /** A function of this server's folders is tested without the server. */
  readonly isFunction: boolean;
  /** JSON text of an object. */
  readonly arguments: string;
  /** Where the call is posted. */
  readonly url: string;
  /** Whether the server wants an access token. */
  readonly isGuarded: boolean;
  /** Whether the call failed when it was last made. */
  readonly hasFailed: boolean;
  /** IANA name and BCP 47 tag of the visitor's. */
  readonly timezone: string;
  readonly locale: string;
}

export function snippet(kind: SnippetKind, call: SnippetOf): string {
  switch (kind) {
    case 'curl':
      return curl(call);
    case 'python':
      return python(call);
    case 'test':
      return call.isFunction ? functionTest(call) : serverTest(call);
  }
}

/** For a POSIX shell. */
function curl({ url, arguments: given, isGuarded }: SnippetOf): string {
  const lines = [
    `curl --silent --show-error ${quoted(url)}`,
    "--header 'Content-Type: application/json'",
    isGuarded && '--header "Authorization: Bearer $ACCESS_TOKEN"',
    `--data-raw ${quoted(`{"arguments": ${given}}`)}`,
  ];
  return `${lines.filter(Boolean).join(' \\\n  ')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function python(call: SnippetOf): string {
  return `${request(call)}
with urlopen(request) as answer:
    run = json.load(answer)
print(run["text"])
`;
}

function serverTest(call: SnippetOf): string {
  const outcome = call.hasFailed ? 'failed' : 'completed';
  return `${request(call)}

def ${testName(call)}() -> None:
    with urlopen(request) as answer:
        run = json.load(answer)
    assert run["item"]["status"] == "${outcome}", run["text"]
`;
}

function request({ url, arguments: given, isGuarded }: SnippetOf): string {
  const header = isGuarded ? ', "Authorization": f"Bearer {os.environ[\'ACCESS_TOKEN\']}"' : '';
  return `import json
${isGuarded ? 'import os\n' : ''}from urllib.request import Request, urlopen

ARGUMENTS = ${raw(given)}

request = Request(
    ${JSON.stringify(url)},
    json.dumps({"arguments": ARGUMENTS}).encode(),
    {"Content-Type": "application/json"${header}},
)
`;
}

function functionTest(call: SnippetOf): string {
  const { name, arguments: given, timezone, locale, hasFailed } = call;
  return `import asyncio
from pathlib import Path

from backend.config.configuration import Configuration
from backend.tools.toolbox import FunctionResult, Toolbox

NAME = ${JSON.stringify(name)}
ARGUMENTS = ${raw(given)}


async def call() -> FunctionResult:
    toolbox = Toolbox.discover(Configuration(Path(".env")).settings)
    try:
        context = toolbox.context("", "", ${JSON.stringify(timezone)}, locale=${JSON.stringify(locale)})
        return await toolbox.call(toolbox[NAME], ARGUMENTS, context)
    finally:
        await toolbox.close()


def ${testName(call)}() -> None:
    result = asyncio.run(call())
    assert result.error is ${hasFailed ? 'not None' : 'None, result.error'}
`;
}

function testName({ name, hasFailed }: SnippetOf): string {
  return `test_${name.replace(/\W/g, '_')}_${hasFailed ? 'refuses' : 'answers'}`;
}

/** JSON text as a raw string of Python: no JSON text has three quotes in a row, and that of an object
 * ends with none. */
function raw(json: string): string {
  return `r"""${json}"""`;
}
