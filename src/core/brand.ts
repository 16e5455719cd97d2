declare const brand: unique symbol;

/**
 * A value of `T` that only its own parser or generator can make. The brand exists for the compiler
 * alone; at run time the value is a plain `T`.
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
