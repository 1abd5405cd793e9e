import './files_section.css';
import { h, listen } from '../base/dom.ts';
import { createKnowledge } from '../files/knowledge.ts';
import { sizeLabel } from '../files/size.ts';
import { type Transport, upload } from '../files/transport.ts';
import { createUploads } from '../files/uploads.ts';
import type { FileInfo, FileLimits, SetupState } from '../protocol.ts';
import type { Api } from '../server/api.ts';
import { common } from '../strings/common.ts';
import { t } from '../strings/setup.ts';
import { button } from '../ui/button.ts';
import { createDrop } from '../ui/drop.ts';
import { createFileRows } from './file_rows.ts';
import { createFrame } from './frame.ts';
import type { Section } from './section.ts';
import { missingTool } from './tools.ts';
import { UPSTREAMS } from './upstreams.ts';

export type FilesApi = Pick<
  Api,
  'knowledge' | 'deleteFile' | 'deleteKnowledge' | 'fileLimits' | 'retryFile'
>;

/** The documents that the assistant can search: add, follow and delete them. */
export function createFilesSection(api: FilesApi, transport: Transport = upload): Section {
  const mark = h(
    'span',
    { class: 'setup-mark', 'data-mark': 'problem', hidden: true },
    t.files.notSearched,
  );
  const where = h('p', { class: 'setup-hint' });
  const note = h('p', { class: 'setup-hint setup-warning', hidden: true });
  const takes = h('p', { class: 'setup-hint', id: 'setup-files-takes' });
  const input = h('input', { type: 'file', multiple: true, hidden: true, tabindex: -1 });
  const choose = button(t.files.add, { kind: 'primary', 'aria-describedby': takes.id });
  const removeAll = button(t.files.deleteAll, { kind: 'danger', hidden: true });
  const removeAllNow = button(t.files.deleteAllNow, { kind: 'danger' });
  const keep = button(t.files.keep);
  const confirmation = h(
    'div',
    { class: 'setup-confirm', role: 'group', 'aria-label': t.files.deleteAllAsk, hidden: true },
    h('p', {}, t.files.deleteAllWhat),
    removeAllNow,
    keep,
  );
  const problem = h('div', { class: 'setup-alert', role: 'alert' });
  const again = button(common.tryAgain, { hidden: true });
  const more = button(common.showMore, { hidden: true });
  const none = h('p', { class: 'setup-hint', hidden: true }, t.files.none);

  let place: FileInfo['place'] = 'here';
  let asked: Promise<FileLimits | null> | null = null;
  const loadLimits = (): Promise<FileLimits | null> => {
    // Without limits the server refuses what it does not accept.
    asked ??= api.fileLimits().then(
      (limits) => {
        takes.textContent = t.files.takes(sizeLabel(limits.max_file_bytes));
        return limits;
      },
      () => {
        asked = null;
        return null;
      },
    );
    return asked;
  };

  const draw = (): void => {
    for (const info of uploads.takeDone()) knowledge.add(info);
    const files = knowledge.files ?? [];
    rows.update(uploads.entries, files, place);
    none.hidden = knowledge.files === null || files.length + uploads.entries.length > 0;
    more.hidden = !knowledge.hasMore;
    removeAll.hidden = files.length === 0 || !confirmation.hidden;
    again.hidden = knowledge.problem === null;
    problem.replaceChildren(
      ...(knowledge.problem === null
        ? []
        : [h('p', { class: 'setup-problem' }, knowledge.problem)]),
    );
  };
  const knowledge = createKnowledge(api, draw);
  const uploads = createUploads({
    purpose: 'knowledge',
    transport,
    limits: loadLimits,
    onChange: () => draw(),
  });
  const rows = createFileRows({
    retry: uploads.retry,
    cancel: uploads.remove,
    remove: (id) => void knowledge.remove(id),
    takeAgain: (id) => void knowledge.retry(id),
    onEmpty: () => choose.focus(),
  });

  const element = createFrame(
    'setup-files',
    t.files.title,
    mark,
    h(
      'div',
      { class: 'setup-form' },
      where,
      note,
      h('div', { class: 'setup-actions' }, choose, removeAll, confirmation, input),
      takes,
      problem,
      again,
      none,
      rows.element,
      more,
    ),
  );
  element.classList.add('setup-files');
  element.append(createDrop(element, uploads.add));

  const confirm = (asking: boolean): void => {
    confirmation.hidden = !asking;
    draw();
    (asking ? keep : removeAll.hidden ? choose : removeAll).focus();
  };
  listen(choose, 'click', () => input.click());
  listen(input, 'change', () => {
    uploads.add([...(input.files ?? [])]);
    input.value = '';
  });
  listen(removeAll, 'click', () => confirm(true));
  listen(keep, 'click', () => confirm(false));
  listen(removeAllNow, 'click', async () => {
    await knowledge.removeAll();
    confirm(false);
  });
  listen(again, 'click', () => void knowledge.load());
  listen(more, 'click', () => void knowledge.more());
  void knowledge.load();
  void loadLimits();

  return {
    element,
    update(state) {
      where.textContent = whereabouts(state);
      mark.hidden = isOffered(state);
      note.textContent = noteOf(state);
      note.hidden = note.textContent === '';
      place = state.file_search.place;
      draw();
    },
    dispose() {
      knowledge.dispose();
      uploads.dispose();
    },
  };
}

function whereabouts(state: SetupState): string {
  const { file_search: search, upstream } = state;
  const name = upstream.name ?? upstream.choice;
  const place =
    search.place === 'here' ? t.files.here : t.files.there(UPSTREAMS[name]?.title ?? name);
  return search.detail === null || !isOffered(state) ? place : `${place} ${search.detail}`;
}

/** Whether files can be searched with the current upstream. */
function isOffered({ tools }: SetupState): boolean {
  return tools.includes('file_search');
}

function noteOf(state: SetupState): string {
  if (!isOffered(state)) return state.file_search.detail ?? t.files.cannot;
  return missingTool(state, 'file_search');
}
