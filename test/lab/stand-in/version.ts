export const version = '12.2.0';
export const commit = 'stand-in';
