// Writes the page about the library, web/app/lib/index.html.

import { writeFileSync } from 'node:fs';
import { makePage } from './page.js';

writeFileSync(new URL('../../app/lib/index.html', import.meta.url), makePage());
