import { Injectable } from '@nestjs/common';

@Injectable()
export class ChatService {
  answer(text: string): string {
    return `nest heard ${text}`;
  }
}
