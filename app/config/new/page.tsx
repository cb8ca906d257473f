import type { Metadata } from 'next';
import { NewObjectPage } from '@/components/config/new-object-page';

export const metadata: Metadata = { title: 'New object' };

export default NewObjectPage;
