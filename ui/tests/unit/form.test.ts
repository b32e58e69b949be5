import { beforeEach, describe, expect, it, vi } from 'vitest';
import { draftOf } from '$areas/visit/flow.svelte';
import { backend, RefusalError, type AppointmentDetail } from '$lib/backend';
import { FormDraft } from '$lib/data/form-draft.svelte';
import { mergedForm, theirsAmong, theirsIn } from '$lib/data/form-merge';
import { LeftDraft } from '$lib/data/left-draft.svelte';

const GONE = {
  code: 'not_found' as const,
  field: 'appointment',
  limit: null,
  until: null,
  alternatives: [],
  detail: null,
};
const closing: (() => void)[] = [];
vi.mock('svelte', async (original) => ({
  ...(await original<typeof import('svelte')>()),
  onDestroy: (work: () => void) => void closing.push(work),
}));

interface Form {
  name: string;
  allergies: string;
  weight: number | null;
  tags: string[];
}
const START: Form = { name: 'Otis', allergies: '', weight: 3.5, tags: ['old'] };

const answer = (name: string, value: string) => ({ name, value });

describe('a form that is saved', () => {
  it('sends what was typed, and of the rest what another desk wrote meanwhile', () => {
    const live: Form = { name: 'Ottis', allergies: 'Penicillin', weight: null, tags: ['old', 'new'] };
    expect(mergedForm({ ...START, name: 'Otto' }, START, live)).toEqual({ ...live, name: 'Otto' });
    expect(mergedForm({ ...START, tags: [...START.tags] }, START, live)).toEqual(live);
  });

  it('sends what was typed where both changed the same, an emptied field too', () => {
    const form: Form = { name: '', allergies: 'Cats', weight: null, tags: [] };
    expect(mergedForm(form, START, { name: 'A', allergies: 'B', weight: 4, tags: ['old'] })).toEqual(form);
  });

  it('sends of a list each item by itself: a tag of another desk is not lost to one that was added here', () => {
    const of = (tags: string[], live: string[]) => mergedForm({ ...START, tags }, START, { ...START, tags: live }).tags;
    expect(of(['old', 'late payer'], ['old', 'bites'])).toEqual(['old', 'late payer', 'bites']);
    expect(of(['old', 'bites'], ['old', 'bites'])).toEqual(['old', 'bites']);
    expect(of([], ['old', 'bites'])).toEqual(['bites']);
    expect(of(['old', 'late payer'], [])).toEqual(['late payer']);
  });

  it('sends of answers and own fields what was changed of each, by its name', () => {
    const start = { own: [answer('Food', 'dry'), answer('Vet', 'Dr. A'), answer('Insurer', 'X')] };
    const live = { own: [answer('Food', 'wet'), answer('Vet', 'Dr. B'), answer('Chip', 'yes')] };
    const own = [
      answer('Vet', 'Dr. C'),
      answer('Food', 'dry'),
      answer('Insurer', 'X'),
      answer(' ', ''),
      answer('', ''),
    ];
    expect(mergedForm({ own }, start, live).own).toEqual([
      ...[answer('Vet', 'Dr. C'), answer('Food', 'wet'), answer(' ', ''), answer('', ''), answer('Chip', 'yes')],
    ]);
    // One that was taken away here stays away, whatever was made of it elsewhere.
    expect(mergedForm({ own: start.own.slice(1) }, start, live).own).toEqual([live.own[1], live.own[2]]);
  });
});

describe('what another desk wrote into a form', () => {
  it('is said of the fields that were changed here too, to something else, and can be taken', () => {
    const form: Form = { ...START, name: 'Otto', allergies: 'Chicken, beef', weight: 4 };
    const live: Form = { ...START, allergies: 'Chicken, penicillin', weight: 4, tags: ['old', 'new'] };
    const theirs = theirsIn(
      () => form,
      () => START,
      () => live,
    );
    expect(theirs('allergies')?.value).toBe('Chicken, penicillin');
    expect([theirs('name'), theirs('weight'), theirs('tags')]).toEqual([undefined, undefined, undefined]);
    theirs('allergies')!.take();
    expect(form.allergies).toBe('Chicken, penicillin');
    expect(theirs('allergies')).toBeUndefined();
  });

  it('is said of an answer or an own field by its name, what is gone there too', () => {
    const start = [answer('Food', 'dry'), answer('Vet', 'Dr. A'), answer('Chip', 'no')];
    let own = [answer('Vet', 'Dr. B'), answer('Food', 'wet'), answer('Insurer', 'X'), answer('Chip', 'no')];
    const live = [answer('Food', 'raw'), answer('Insurer', 'Y'), answer('Chip', 'yes')];
    const theirs = theirsAmong(
      () => own,
      () => start,
      () => live,
      (items) => (own = items),
    );
    expect(['Food', 'Vet', 'Insurer', 'Chip', ''].map((name) => theirs(name)?.value)).toEqual([
      ...['raw', '', 'Y', undefined, undefined],
    ]);
    theirs('Food')!.take();
    theirs('Vet')!.take();
    expect(own).toEqual([answer('Food', 'raw'), answer('Insurer', 'X'), answer('Chip', 'no')]);
    // One that was emptied or taken away here can be brought back.
    own = own.slice(1);
    theirs('Food')!.take();
    expect(own.at(-1)).toEqual(answer('Food', 'raw'));
  });
});

describe('the draft of a form', () => {
  const drafts = new Map<string, string>();
  beforeEach(() => {
    drafts.clear();
    vi.useFakeTimers();
    vi.spyOn(backend, 'draft').mockImplementation((key) => Promise.resolve(drafts.get(key) ?? null));
    vi.spyOn(backend, 'setDraft').mockImplementation((key, value) => {
      if (value === null) drafts.delete(key);
      else drafts.set(key, value);
      return Promise.resolve(null);
    });
    return () => void vi.useRealTimers();
  });
  const open = async (start: Form, isNew = false) => {
    const draft = new FormDraft<Form>('pet:1', start, isNew);
    await vi.advanceTimersByTimeAsync(0);
    return draft;
  };
  const typed = async (value: Form, isNew = false) => {
    (await open(START, isNew)).keep(value);
    await vi.advanceTimersByTimeAsync(400);
  };

  it('offers what was changed then over what is kept today', async () => {
    await typed({ ...START, name: 'Otto' });
    const today = { ...START, allergies: 'Penicillin' };
    expect((await open(today)).left).toEqual({ ...today, name: 'Otto' });
  });

  it('is not offered where today says the same', async () => {
    await typed({ ...START, name: 'Otto' });
    expect((await open({ ...START, name: 'Otto', weight: 4 })).left).toBeNull();
  });

  it('keeps what was changed through being taken up again', async () => {
    await typed({ ...START, name: 'Otto' });
    const second = await open({ ...START, weight: 4 });
    second.keep({ ...second.left!, tags: [] });
    await vi.advanceTimersByTimeAsync(400);
    const third = { ...START, weight: 5, allergies: 'Penicillin' };
    expect((await open(third)).left).toEqual({ ...third, name: 'Otto', tags: [] });
  });

  it('that is gone on with knows what stood there when it was typed, and that another desk wrote over it since', async () => {
    await typed({ ...START, name: 'Otto', allergies: 'Chicken' });
    const today = { ...START, allergies: 'Penicillin', weight: 4 };
    const draft = await open(today);
    expect(draft.began).toEqual(today);
    const form = draft.take()!;
    const theirs = theirsIn(
      () => form,
      () => draft.began,
      () => today,
    );
    expect([theirs('name'), theirs('allergies')?.value, theirs('weight')]).toEqual([
      undefined,
      'Penicillin',
      undefined,
    ]);
  });

  it('is kept when the form is closed, and stays away once it was saved', async () => {
    const closed = await open(START);
    closed.keep({ ...START, name: 'Otto' });
    closing.pop()!();
    const saved = await open(START);
    expect(saved.take()).toMatchObject({ name: 'Otto' });
    expect(saved.left).toBeNull();
    saved.clear();
    await vi.advanceTimersByTimeAsync(400);
    expect(drafts.size).toBe(0);
  });

  it('that was left stays to be taken up while something else is typed, and when that is saved', async () => {
    await typed({ ...START, name: 'Otto' });
    const second = await open(START);
    second.keep({ ...START, name: 'B' });
    await vi.advanceTimersByTimeAsync(400);
    expect(second.left).toMatchObject({ name: 'Otto' });
    second.clear();
    expect((await open(START)).left).toMatchObject({ name: 'Otto' });
  });

  it('that was left is offered after what was typed over it and left in its turn', async () => {
    await typed({ ...START, name: 'Otto' });
    await typed({ ...START, allergies: 'Cats' });
    const third = await open(START);
    expect(third.left).toEqual({ ...START, allergies: 'Cats' });
    third.discard();
    expect(third.left).toEqual({ ...START, name: 'Otto' });
    expect((await open(START)).left).toEqual({ ...START, name: 'Otto' });
    third.discard();
    await vi.advanceTimersByTimeAsync(0);
    expect(drafts.size).toBe(0);
  });

  it('that gives way to another before it is known what was left is offered before that', async () => {
    const make = () => new LeftDraft<{ name: string }>('booking', () => true);
    make().keep({ name: 'Otto' });
    await vi.advanceTimersByTimeAsync(400);
    const second = make();
    second.keep({ name: 'Zorro' });
    second.leave();
    await vi.advanceTimersByTimeAsync(400);
    expect(second.left).toMatchObject({ name: 'Zorro' });
    second.discard();
    expect(second.left).toMatchObject({ name: 'Otto' });
    // What stands elsewhere already is not left again.
    second.keep({ name: 'Zorro' });
    second.leave(() => true);
    expect(second.left).toMatchObject({ name: 'Otto' });
  });

  it('gives its place to what was typed meanwhile when it is taken up, unless that is a part of it', async () => {
    await typed({ ...START, name: 'Otto', allergies: 'Cats' });
    const part = await open(START);
    part.keep({ ...START, name: 'Ot' });
    expect(part.take()).toEqual({ ...START, name: 'Otto', allergies: 'Cats' });
    expect(part.left).toBeNull();
    closing.pop()!();
    const other = await open(START);
    other.keep({ ...START, name: 'Bello' });
    expect(other.take()).toEqual({ ...START, name: 'Otto', allergies: 'Cats' });
    expect(other.left).toEqual({ ...START, name: 'Bello' });
  });

  it('that was left is not thrown away by a form that is closed before it is found', async () => {
    await typed({ ...START, name: 'Otto' });
    new FormDraft<Form>('pet:1', START, false).clear();
    await vi.advanceTimersByTimeAsync(0);
    expect((await open(START)).left).toMatchObject({ name: 'Otto' });
  });

  it('ends as it was asked last, however long the core takes for what was asked before', async () => {
    const now = vi.mocked(backend.setDraft).getMockImplementation()!;
    vi.mocked(backend.setDraft).mockImplementationOnce(async (key, value) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return now(key, value);
    });
    const draft = await open(START);
    draft.keep({ ...START, name: 'Otto' });
    await vi.advanceTimersByTimeAsync(400);
    draft.clear();
    await vi.advanceTimersByTimeAsync(300);
    expect(drafts.size).toBe(0);
  });

  it('of something new is taken up whole, whatever it begins with now', async () => {
    const value = { ...START, weight: 4 };
    await typed(value, true);
    expect((await open({ ...START, name: 'Someone else' }, true)).left).toEqual(value);
  });

  it('of a visit is kept under the first of those that it took the place of', async () => {
    const before: Record<string, string | null> = { first: null, second: 'first', torn: 'gone' };
    vi.spyOn(backend, 'appointment').mockImplementation((id) =>
      id in before
        ? Promise.resolve({ id, previous_appointment_id: before[id]! } as AppointmentDetail)
        : Promise.reject(id === 'gone' ? new RefusalError(GONE) : new Error('busy')),
    );
    const of = (id: string, previous: string | null, next: string | null = null) =>
      draftOf({ id, previous_appointment_id: previous, next_appointment_id: next });
    expect(await of('first', null)).toBe('visit:first');
    expect(await of('second', 'first')).toBe('visit:first');
    expect(await of('third', 'second')).toBe('visit:first');
    expect(await of('other', 'torn')).toBe('visit:torn');
    // What could not be read is not the first; and one whose place another took does not share its draft.
    await expect(of('other', 'unread')).rejects.toThrow('busy');
    expect(await of('first', null, 'second')).toBe('replaced:first');
  });

  it('waits for the key that it is kept under, and keeps what was typed meanwhile', async () => {
    let find = (_key: string) => {};
    const key = new Promise<string>((resolve) => (find = resolve));
    const draft = new FormDraft<Form>(key, START, false);
    draft.keep({ ...START, name: 'Otto' });
    closing.pop()!();
    find('pet:1');
    expect((await open(START)).left).toMatchObject({ name: 'Otto' });
  });

  it('does not begin anew from what nobody knows the beginning of', async () => {
    drafts.set('pet:1', JSON.stringify({ ...START, name: 'Otto' }));
    expect((await open(START)).left).toBeNull();
  });
});
