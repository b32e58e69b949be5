import { describe, expect, it } from 'vitest';
import { suggested, tagsOf, withTags } from '$lib/components/tags';

describe('tags', () => {
  it('are parted by commas, without the spaces around them', () => {
    expect(tagsOf(' VIP ,  payment   plan,, ')).toEqual(['VIP', 'payment plan']);
  });

  it('are added once, in the spelling that is in use', () => {
    expect(withTags(['VIP'], 'vip, Breeder', ['breeder', 'VIP'])).toEqual(['VIP', 'breeder']);
    expect(withTags([], 'criador, CRIADOR')).toEqual(['criador']);
    expect(withTags(['a'], '  ')).toEqual(['a']);
  });

  it('are offered where they fit and are not there yet', () => {
    expect(suggested(['VIP'], 'B', ['breeder', 'VIP', 'shelter', 'club'])).toEqual(['breeder', 'club']);
  });
});
