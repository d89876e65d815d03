import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { startLanguages } from './i18n/index.ts';
import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/forms.css';
import './styles/shell.css';
import './styles/live.css';
import './styles/pages.css';
import './styles/door.css';
import './styles/person.css';
import './styles/protection.css';
import './styles/ways.css';
import './styles/tables.css';
import './styles/charts.css';
import './styles/blocks.css';
import './styles/staff.css';

await startLanguages();
const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
