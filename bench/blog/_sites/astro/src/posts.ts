import { getCollection, type CollectionEntry } from 'astro:content';

export type Post = CollectionEntry<'posts'>;

export const posts: Post[] = (await getCollection('posts')).sort((a, b) => b.data.date.valueOf() - a.data.date.valueOf());

export const tags: string[] = [...new Set(posts.flatMap((p) => p.data.tags))].sort();

export const pageSize = 20;

export function day(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** The pages of a list below a folder: the folder itself, then page/2 and so on. */
export function pages(list: Post[], folder: string) {
  const count = Math.max(1, Math.ceil(list.length / pageSize));
  const url = (n: number) => (n === 1 ? folder : `${folder}page/${n}/`);
  return Array.from({ length: count }, (_, i) => ({
    params: { path: i === 0 ? undefined : `page/${i + 1}` },
    props: {
      posts: list.slice(i * pageSize, (i + 1) * pageSize),
      newer: i > 0 ? url(i) : undefined,
      older: i + 1 < count ? url(i + 2) : undefined,
    },
  }));
}
