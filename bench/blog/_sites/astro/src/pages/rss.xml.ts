import rss from '@astrojs/rss';
import { posts } from '../posts';

export function GET(context) {
  return rss({
    title: 'Leaves',
    description: 'Notes on tea.',
    site: context.site,
    items: posts.slice(0, 20).map((p) => ({
      title: p.data.title,
      link: `/posts/${p.id}/`,
      description: p.data.description,
      pubDate: p.data.date,
    })),
  });
}
