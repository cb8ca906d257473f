// The layout engine, off the main thread: inside a worker this file of elkjs answers messages by itself.
import 'elkjs/lib/elk-worker.js';
